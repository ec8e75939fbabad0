#include "cli/health/probe.h"
namespace crlite {
int ProbeMain() { return 70; }
}
