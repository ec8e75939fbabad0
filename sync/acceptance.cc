#include "sync/acceptance.h"
