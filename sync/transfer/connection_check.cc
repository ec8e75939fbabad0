#include "sync/transfer/connection_check.h"
