// crlite-mirror: keeps a folder of signed filters for any web server to serve. crlite-mirror(8).

#include <CLI/CLI.hpp>
#include <chrono>

#include "sync/command_line.h"
#include "sync/mirror/crlite_mirror_app.h"
#include "sync/mirror/mirror.h"

namespace crlite {
namespace {

constexpr char kProgram[] = "crlite-mirror";

int Run(int argc, char** argv) {
  CLI::App app("", kProgram);
  MirrorArguments arguments;
  DescribeMirror(&app, &arguments);
  Console early(kProgram);
  if (const auto exit_status = ParseCommandLine(&app, argc, argv, &early)) return *exit_status;
  arguments.tree.keep = std::chrono::seconds(arguments.keep_s);
  Console console(kProgram, arguments.style());
  Result<Config> config = EffectiveConfig(app, arguments);
  if (!config.ok()) return console.Finish(config.error());
  return console.Finish(Mirror(std::move(*config), arguments.tree, arguments.options, &console));
}

}  // namespace
}  // namespace crlite

int main(int argc, char** argv) {
  return crlite::RunTool(crlite::kProgram, crlite::Run, argc, argv);
}
