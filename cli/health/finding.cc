#include "cli/health/finding.h"
