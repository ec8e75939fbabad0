#include "sync/trust/signed_list.h"
