#include "cli/build_command.h"

#include <fmt/format.h>

#include <memory>

#include "cascade/base/file.h"
#include "cascade/base/progress_bar.h"
#include "cascade/builder/build.h"
#include "cascade/builder/ct_logs.h"
#include "cascade/builder/parallel.h"
#include "cascade/builder/universe_directory.h"
#include "cli/output.h"

namespace crlite {
namespace {

constexpr mode_t kFileMode = 0644;

struct Options {
  std::string known, revoked, ct_logs;
  std::string reasons = "all";
  std::string format = "v4";
  std::string previous, output, revset;
  bool json = false;
};

class BarObserver final : public BuildObserver {
 public:
  void BeginPass(const char* name, uint64_t total) override { bar_.Begin(name, total); }
  void Advance(uint64_t units) override { bar_.Advance(units); }

 private:
  ProgressBar bar_;
};

Result<BuildResult> Build(const Options& options) {
  Result<std::vector<CoverageInterval>> coverage = ReadCtLogs(options.ct_logs);
  if (!coverage.ok()) return coverage.error();
  Result<Universe> universe = OpenUniverse(options.known, options.revoked);
  if (!universe.ok()) return universe.error();
  Revset previous;
  BuildOptions build;
  if (!options.previous.empty()) {
    Result<Revset> read = ReadRevset(options.previous);
    if (!read.ok()) return read.error();
    previous = std::move(*read);
    build.previous = &previous;
  }
  build.reasons = *ReasonSetFromName(options.reasons);
  build.format = options.format == "v3" ? Clubcard::Format::kV3 : Clubcard::Format::kV4;
  build.wants_revset = !options.revset.empty();
  build.threads = NumCores();
  BarObserver observer;
  build.observer = &observer;
  return BuildClubcard(*universe, std::move(*coverage), build);
}

// The filter comes first: a revset without its filter would make the next delta skip revocations.
Status Write(const Options& options, const BuildResult& result) {
  Status status = WriteFileAtomically(options.output, result.content, kFileMode);
  if (!status.ok() || options.revset.empty()) return status;
  return WriteFileAtomically(options.revset, EncodeRevset(result.revset), kFileMode);
}

double BitsPerRevocation(const BuildResult& result) {
  if (result.summary.num_revoked == 0) return 0;
  return 8 * static_cast<double>(result.content.size()) /
         static_cast<double>(result.summary.num_revoked);
}

void PrintSummary(const Options& options, const BuildResult& result) {
  const BuildSummary& summary = result.summary;
  if (options.json) {
    PrintJson({{"schema", kJsonSchema},
               {"file", options.output},
               {"issuers", summary.num_issuers},
               {"issuers_left_out", summary.num_left_out},
               {"known", summary.num_known},
               {"revoked", summary.num_revoked},
               {"exceptions", summary.num_exceptions},
               {"size", result.content.size()},
               {"bits_per_revocation", BitsPerRevocation(result)}});
    return;
  }
  fmt::print(
      "{}: {} issuers, {} known, {} revoked, {} exceptions, {} bytes, {:.2f} bits per revocation\n",
      options.output, summary.num_issuers, summary.num_known, summary.num_revoked,
      summary.num_exceptions, result.content.size(), BitsPerRevocation(result));
}

int Run(const Options& options) {
  const Result<BuildResult> result = Build(options);
  if (!result.ok()) return Fail(result.error());
  if (Status status = Write(options, *result); !status.ok()) return Fail(status.error());
  if (result->summary.num_left_out > 0) {
    PrintMessage(fmt::format("{} issuers in {} have no file in {} and are left out",
                             result->summary.num_left_out, options.known, options.revoked));
  }
  PrintSummary(options, *result);
  return 0;
}

}  // namespace

void AddBuildCommand(CLI::App& app, int* exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("build", "Makes a clubcard from lists of serials");
  command->add_option("--known", options->known, "Directory with the known serials of each issuer")
      ->required()
      ->type_name("DIR");
  command->add_option("--revoked", options->revoked, "Directory with the revoked serials")
      ->required()
      ->type_name("DIR");
  command->add_option("--ct-logs", options->ct_logs, "The CT logs that the known serials come from")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--reasons", options->reasons,
                   "Which revocations: all, specified, priority; default all")
      ->check(CLI::IsMember({"all", "specified", "priority"}))
      ->type_name("SET")
      ->capture_default_str();
  command->add_option("--format", options->format, "Encoding: v3 or v4; default v4")
      ->check(CLI::IsMember({"v3", "v4"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->add_option("--previous", options->previous, "Make a delta to the filter of this revset")
      ->type_name("REVSET");
  command->add_option("-o,--output", options->output, "The filter")->required()->type_name("FILE");
  command->add_option("--revset", options->revset, "Write the revset that the next delta needs")
      ->type_name("FILE");
  AddJsonOption(*command, &options->json);
  AddHelpSections(
      *command,
      "0   the filter is written; it answers right for every known serial\n"
      "64  usage\n65  malformed input\n70  the new filter gave a wrong answer; nothing is "
      "written\n74  input or output failed",
      "crlite build --known known --revoked revoked --ct-logs ct-logs.json \\\n"
      "    --revset revset.bin -o filter\n"
      "crlite build --known known --revoked revoked --ct-logs ct-logs.json \\\n"
      "    --previous revset.bin --revset revset-2.bin -o filter.delta\n"
      "crlite build --known known --revoked revoked --ct-logs ct-logs.json \\\n"
      "    --reasons priority --format v3 --json -o filter.v3");
  command->callback([options, exit_code] { *exit_code = Run(*options); });
}

}  // namespace crlite
