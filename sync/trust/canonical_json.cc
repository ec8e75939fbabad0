#include "sync/trust/canonical_json.h"
