// `crlite build`. Makes a clubcard from lists of serials.
#pragma once

#include <CLI/CLI.hpp>

namespace crlite {

// Adds the command to `app`; it sets *exit_code, which must outlive the parsing, when it has run.
void AddBuildCommand(CLI::App& app, int* exit_code);

}  // namespace crlite
