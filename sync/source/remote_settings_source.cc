#include "sync/source/source.h"
