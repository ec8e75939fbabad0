#include "sync/trust/content_signature.h"
