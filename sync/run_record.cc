#include "sync/run_record.h"
