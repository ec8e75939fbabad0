// crlite-mirror: keeps a folder of signed filters for any web server to serve. crlite-mirror(8).

#include <CLI/CLI.hpp>
#include <chrono>
#include <map>

#include "sync/command_line.h"
#include "sync/mirror/mirror.h"

namespace crlite {
namespace {

constexpr char kProgram[] = "crlite-mirror";
constexpr char kMirrorStateDir[] = "/var/lib/crlite-mirror";

constexpr char kFooter[] =
    "The state directory is /var/lib/crlite-mirror, not the configured one. Whatever the SPEC "
    "(see\n"
    "crlite-sync --help) or the configuration says, Mozilla's signature is required.\n"
    "\n"
    "Exit status: 0 verified data (new or unchanged), 1 no source gave any (what was published "
    "stays),\n"
    "64 usage, 65 malformed input, 70 internal, 74 input or output, 78 configuration.\n"
    "\n"
    "Example: crlite-mirror --output /srv/www/revocation";

struct Arguments : CommonArguments {
  TreeOptions tree;
  uint32_t keep_s = 0;
};

void Describe(CLI::App* app, Arguments* arguments) {
  const std::map<std::string, uint32_t> units = {{"m", 60}, {"h", 3600}, {"d", 86400}};
  app->set_version_flag("--version", "crlite-mirror " CRLITE_VERSION);
  app->footer(kFooter);
  app->add_option("--output", arguments->tree.folder, "The folder to publish in")
      ->option_text("DIR (required)")
      ->required();
  AddCommonOptions(app, arguments);
  app->add_option("--keep", arguments->keep_s, "How long superseded files stay")
      ->option_text("DURATION [7d]")
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED))
      ->default_val("7d");
  app->add_option("--comment", arguments->tree.comment, "Comment in manifest.json")
      ->option_text("TEXT");
}

int Run(int argc, char** argv) {
  CLI::App app(
      "Publishes the newest signed revocation filters as a folder of static files, for crlite-sync "
      "and upki.",
      kProgram);
  Arguments arguments;
  arguments.state_dir = kMirrorStateDir;
  Describe(&app, &arguments);
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
