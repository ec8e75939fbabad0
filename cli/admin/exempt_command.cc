#include "cli/admin/exempt_command.h"

namespace crlite {

void AddExemptCommand(CLI::App&, int*) {}

}  // namespace crlite
