#include "sync/source/patch.h"
