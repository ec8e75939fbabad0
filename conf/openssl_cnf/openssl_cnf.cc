#include "conf/openssl_cnf/openssl_cnf.h"
