#include "sync/source/capsule.h"
