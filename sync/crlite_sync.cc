// crlite-sync: brings filters to this machine and puts them in force. crlite-sync(8).

#include <CLI/CLI.hpp>

#include "sync/command_line.h"
#include "sync/crlite_sync_app.h"
#include "sync/metrics.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

constexpr char kProgram[] = "crlite-sync";

Status RunPublish(const Config& config, const SyncArguments& arguments, Console* console) {
  RunRecord record;
  const Status published = Publish(config, arguments.options, console, &record);
  if (record.started_ms != 0) console->Add("publish", RunRecordToJson(record));
  return published;
}

Status RunFetch(const Config& config, const SyncArguments& arguments, Console* console) {
  RunRecord record;
  const Status fetched = Fetch(config, arguments.options, console, &record);
  if (record.started_ms != 0) console->Add("fetch", RunRecordToJson(record));
  return fetched;
}

Status FetchAndPublish(const Config& config, const SyncArguments& arguments, Console* console) {
  if (!arguments.publish) {
    if (Status fetched = RunFetch(config, arguments, console); !fetched.ok()) return fetched;
    // A dry run fetches nothing that could be published.
    if (arguments.fetch || arguments.options.dry_run) return Status::Ok();
  }
  return RunPublish(config, arguments, console);
}

Status RunVerb(const Config& config, const SyncArguments& arguments, Console* console) {
  if (arguments.verify) return Verify(config, console);
  if (arguments.has_export && !arguments.upki_cache.empty()) {
    return ExportToUpki(config, arguments.options, arguments.upki_cache, console);
  }
  if (arguments.has_export) return Export(config, arguments.options, arguments.capsule, console);
  const Status done = FetchAndPublish(config, arguments, console);
  // Whoever fetches alone need not have the right to write there: publish does it for both.
  if (config.metrics_file.empty() || arguments.fetch || arguments.options.dry_run) return done;
  const Status written = WriteMetrics(StatePaths(config.state_dir), config.metrics_file);
  if (!written.ok()) console->Warn(written.error().In("metrics-file").message);
  return done;
}

int Run(int argc, char** argv) {
  CLI::App app("", kProgram);
  SyncArguments arguments;
  DescribeSync(&app, &arguments);
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
