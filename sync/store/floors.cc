#include "sync/store/floors.h"
