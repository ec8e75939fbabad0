#include "sync/verbs.h"
