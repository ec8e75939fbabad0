#include "cli/admin/enable_command.h"

namespace crlite {

void AddEnableCommand(CLI::App&, int*) {}

}  // namespace crlite
