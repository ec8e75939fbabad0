// crlite-sync: brings filters to this machine and puts them in force. crlite-sync(8).

#include <CLI/CLI.hpp>

#include "sync/command_line.h"
#include "sync/metrics.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

constexpr char kProgram[] = "crlite-sync";

constexpr char kFooter[] =
    "SPEC: remote-settings+https://HOST/v1   Mozilla's service, or one like it\n"
    "      manifest+https://HOST/FOLDER/     a mirror: crlite-mirror's, or upki's\n"
    "      dir:PATH                          a copy of one, or a folder of clubcard files\n"
    "      capsule:FILE                      what `crlite-sync export` wrote\n"
    "\n"
    "Exit status: 0 verified data (new or unchanged), 1 no source gave any (what was published "
    "stays\n"
    "in force), 64 usage, 65 malformed input, 70 internal, 74 input or output, 78 configuration.\n"
    "\n"
    "Example: crlite-sync --source manifest+https://crlite.example.org/revocation/";

struct Arguments : CommonArguments {
  bool fetch = false, publish = false, verify = false, has_export = false;
  std::string capsule;  // to export to
};

Status RunPublish(const Config& config, const Arguments& arguments, Console* console) {
  RunRecord record;
  const Status published = Publish(config, arguments.options, console, &record);
  if (record.started_ms != 0) console->Add("publish", RunRecordToJson(record));
  return published;
}

Status RunFetch(const Config& config, const Arguments& arguments, Console* console) {
  RunRecord record;
  const Status fetched = Fetch(config, arguments.options, console, &record);
  if (record.started_ms != 0) console->Add("fetch", RunRecordToJson(record));
  return fetched;
}

Status FetchAndPublish(const Config& config, const Arguments& arguments, Console* console) {
  if (!arguments.publish) {
    if (Status fetched = RunFetch(config, arguments, console); !fetched.ok()) return fetched;
    // A dry run fetches nothing that could be published.
    if (arguments.fetch || arguments.options.dry_run) return Status::Ok();
  }
  return RunPublish(config, arguments, console);
}

Status RunVerb(const Config& config, const Arguments& arguments, Console* console) {
  if (arguments.verify) return Verify(config, console);
  if (arguments.has_export) return Export(config, arguments.capsule, console);
  const Status done = FetchAndPublish(config, arguments, console);
  // Whoever fetches alone need not have the right to write there: publish does it for both.
  if (config.metrics_file.empty() || arguments.fetch || arguments.options.dry_run) return done;
  const Status written = WriteMetrics(StatePaths(config.state_dir), config.metrics_file);
  if (!written.ok()) console->Warn(written.error().In("metrics-file").message);
  return done;
}

void Describe(CLI::App* app, Arguments* arguments) {
  app->set_version_flag("--version", "crlite-sync " CRLITE_VERSION);
  app->footer(kFooter);
  app->fallthrough();
  app->require_subcommand(0, 1);
  AddCommonOptions(app, arguments);
  app->add_flag("--allow-unsigned", arguments->options.allow.unsigned_data,
                "Take unsigned data although signed data was accepted before");
  app->add_flag("--force", arguments->options.force, "Fetch and publish although nothing is new");
  app->add_subcommand("fetch", "Bring the filters of the first source that has verified data")
      ->callback([arguments] { arguments->fetch = true; });
  app->add_subcommand("publish", "Compile what was fetched and put it in force")
      ->callback([arguments] { arguments->publish = true; });
  app->add_subcommand("verify", "Check everything that is in force against its hashes")
      ->callback([arguments] { arguments->verify = true; });
  app->add_subcommand("export", "Write what is in force, with its proof, to one file")
      ->callback([arguments] { arguments->has_export = true; })
      ->add_option("FILE", arguments->capsule, "The capsule to write")
      ->required()
      ->check(NotEmpty());
  for (CLI::App* verb : app->get_subcommands(nullptr)) {
    verb->footer("Options and exit status: crlite-sync --help");
  }
}

int Run(int argc, char** argv) {
  CLI::App app(
      "Brings revocation filters to this machine and puts them in force; without a verb "
      "fetch, then publish.",
      kProgram);
  Arguments arguments;
  Describe(&app, &arguments);
  Console early(kProgram);
  if (const auto exit_status = ParseCommandLine(&app, argc, argv, &early)) return *exit_status;
  Console console(kProgram, arguments.style());
  const Result<Config> config = EffectiveConfig(app, arguments);
  return console.Finish(config.ok() ? RunVerb(*config, arguments, &console)
                                    : Status(config.error()));
}

}  // namespace
}  // namespace crlite

int main(int argc, char** argv) {
  return crlite::RunTool(crlite::kProgram, crlite::Run, argc, argv);
}
