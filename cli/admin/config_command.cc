#include "cli/admin/config_command.h"

namespace crlite {

void AddConfigCommand(CLI::App&, int*) {}

}  // namespace crlite
