#include "cli/explain/explain_command.h"

namespace crlite {

void AddExplainCommand(CLI::App&, int*) {}

}  // namespace crlite
