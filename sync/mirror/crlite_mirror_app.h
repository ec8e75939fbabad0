// The command line of `crlite-mirror`: what parser, --help, manual page and shell completions are
// made from.
#pragma once

#include <CLI/CLI.hpp>

#include "sync/command_line.h"
#include "sync/mirror/mirror.h"

namespace crlite {

struct MirrorArguments : CommonArguments {
  TreeOptions tree;
  uint32_t keep_s = 0;
};

// Adds everything to `app`. Parsing fills *arguments.
void DescribeMirror(CLI::App* app, MirrorArguments* arguments);

}  // namespace crlite
