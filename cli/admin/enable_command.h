// `crlite enable` and `crlite disable`.
#pragma once

#include <CLI/CLI.hpp>

namespace crlite {

// Adds the commands to `app`. Parsing runs the chosen one and sets *exit_code.
void AddEnableCommand(CLI::App& app, int* exit_code);

}  // namespace crlite
