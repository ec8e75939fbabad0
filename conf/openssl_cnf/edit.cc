#include "conf/openssl_cnf/edit.h"
