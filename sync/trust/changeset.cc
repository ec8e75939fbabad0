#include "sync/trust/changeset.h"
