#include "cli/health/status_command.h"

namespace crlite {

void AddStatusCommand(CLI::App&, int*) {}

}  // namespace crlite
