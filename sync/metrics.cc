#include "sync/metrics.h"
