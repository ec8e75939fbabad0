#include "conf/exemptions.h"
