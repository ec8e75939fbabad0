#include "cli/admin/refusals_command.h"

namespace crlite {

void AddRefusalsCommand(CLI::App&, int*) {}

}  // namespace crlite
