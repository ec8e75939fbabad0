#include "cli/health/data_health.h"
