#include "sync/trust/filter_chain.h"
