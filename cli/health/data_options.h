// The options that say whose data a command is about.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace crlite {

// --config and --state, the arguments of ReadDataReport (cli/health/data_health.h). Returns
// --state.
CLI::Option* AddDataOptions(CLI::App& command, std::string* config, std::string* state);

}  // namespace crlite
