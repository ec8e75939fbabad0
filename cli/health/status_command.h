// `crlite status`.
#pragma once

#include <CLI/CLI.hpp>

namespace crlite {

// Adds the command to `app`. Parsing it runs it and sets *exit_code.
void AddStatusCommand(CLI::App& app, int* exit_code);

}  // namespace crlite
