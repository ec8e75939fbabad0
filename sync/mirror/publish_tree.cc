#include "sync/mirror/publish_tree.h"
