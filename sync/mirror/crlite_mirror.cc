#include "sync/mirror/publish_tree.h"

int main() { return 70; }
