// The command line of `crlite`: every command with its options, the one place that parser, --help,
// manual pages and shell completions are made from.
#pragma once

#include <CLI/CLI.hpp>

namespace crlite {

// Adds all commands to `app`. Parsing runs the chosen one and sets *exit_code.
void AddCommands(CLI::App& app, int* exit_code);

}  // namespace crlite
