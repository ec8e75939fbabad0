#include "sync/mirror/superseded.h"
