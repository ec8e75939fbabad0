// The command line of `crlite-sync`: what parser, --help, manual page and shell completions are
// made from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "sync/command_line.h"

namespace crlite {

struct SyncArguments : CommonArguments {
  bool fetch = false, publish = false, verify = false, has_export = false;
  std::string capsule, upki_cache;  // to export to: one of them
};

// Adds everything to `app`. Parsing fills *arguments.
void DescribeSync(CLI::App* app, SyncArguments* arguments);

}  // namespace crlite
