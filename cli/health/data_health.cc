#include "cli/health/data_health.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cascade/base/text.h"
#include "cli/health/state_health.h"
#include "cli/shell_word.h"
#include "cli/time_text.h"
#include "sync/store/filter_store.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

void Add(const char* id, Severity severity, std::string what, std::string why, std::string mend,
         DataReport* report) {
  report->findings.push_back({id, severity, std::move(what), std::move(why), std::move(mend)});
}

std::string AgoText(uint64_t then_ms, uint64_t now_ms) {
  return FormatAge(now_ms > then_ms ? (now_ms - then_ms) / 1000 : 0) + " ago";
}

// A file that this user may not read is not broken.
void AddUnreadable(const char* id, const Error& error, const std::string& path,
                   DataReport* report) {
  const bool is_broken = error.code == ErrorCode::kConfiguration;
  Add(id, is_broken ? Severity::kWarning : Severity::kUnknown, error.message,
      is_broken ? "crlite-sync stops at it: neither new data nor a new policy comes into force"
                : "whether it is in force cannot be told",
      (is_broken ? "sensible-editor " : "ls -l ") + ShellWord(path), report);
}

void ReadConfiguration(uint64_t now_ms, DataReport* report) {
  const bool must_exist = report->config_path != kDefaultConfigPath;
  Result<Config> config = LoadConfig(report->config_path, must_exist);
  if (config.ok()) {
    report->config = std::move(*config);
  } else {
    report->config_problem = WithoutControls(config.error().message);
    AddUnreadable("config-broken", config.error(), report->config_path, report);
  }
  const std::string path = ExemptionsPathBeside(report->config_path);
  Result<std::vector<Exemption>> exemptions = LoadExemptions(path, now_ms);
  if (exemptions.ok()) {
    report->exemptions = std::move(*exemptions);
  } else {
    report->exemptions_problem = WithoutControls(exemptions.error().message);
    AddUnreadable("exemptions-broken", exemptions.error(), path, report);
  }
}

void Sanitize(std::optional<RunRecord>* record) {
  if (!record->has_value()) return;
  (*record)->message = WithoutControls((*record)->message);
  (*record)->source = WithoutControls((*record)->source);
}

void JudgeRun(const char* id, const char* verb, const std::optional<RunRecord>& run,
              uint64_t now_ms, DataReport* report) {
  if (!run.has_value() || run->exit_status == 0) return;
  const std::string success = run->last_success_ms == 0
                                  ? "it never succeeded"
                                  : "last success " + AgoText(run->last_success_ms, now_ms);
  Add(id, Severity::kWarning,
      fmt::format("last {}: failed {} with exit status {}: {}", verb,
                  AgoText(run->ended_ms, now_ms), run->exit_status, run->message),
      "the data in force stays, and grows older; " + success, report->SyncCommand(verb), report);
}

void ReadRuns(uint64_t now_ms, DataReport* report) {
  report->last_fetch = ReadRunRecord(FetchRecordPath(report->paths));
  report->last_publish = ReadRunRecord(PublishRecordPath(report->paths));
  Sanitize(&report->last_fetch);
  Sanitize(&report->last_publish);
  JudgeRun("fetch-failed", "fetch", report->last_fetch, now_ms, report);
  JudgeRun("publish-failed", "publish", report->last_publish, now_ms, report);
}

// The list of filters that the snapshot was made from, and whether anybody vouches for it.
void JudgeList(DataReport* report) {
  if (!report->snapshot.has_value() || !report->snapshot->snapshot().has_data()) return;
  Result<std::optional<Offer>> list = FilterStore(report->paths).ReadCurrent();
  const bool has_list = list.ok() && list->has_value();
  if (!has_list || !IsCompiledFrom(report->snapshot->snapshot(), **list)) {
    Add("filters-damaged", Severity::kWarning,
        list.ok() ? report->paths.filters + (has_list ? ": not what the snapshot was made from"
                                                      : ": the list of filters is missing")
                  : list.error().message,
        "the snapshot cannot be made again from it, for example with a new policy",
        report->SyncCommand("") + " --force", report);
    return;
  }
  report->in_force = std::move(**list);
  report->in_force->source = WithoutControls(report->in_force->source);
  if (report->in_force->proof.has_value()) return;
  Add("data-unsigned", Severity::kWarning,
      "data: no signature vouches for it, from " + report->in_force->source,
      "whoever can change what that source gives decides what counts as revoked",
      "sensible-editor " + ShellWord(report->config_path) + " && " + report->SyncCommand("") +
          "  # sources: one that is signed, first",
      report);
}

// Those that have ended make no difference, on either side.
bool SameExemptions(const std::vector<Exemption>& exemptions, const Snapshot& snapshot,
                    uint64_t now_ms) {
  std::map<ExemptionKey, uint64_t> wanted;  // of two with one key the later counts
  for (const Exemption& exemption : exemptions) {
    if (!IsExemptionInForce(exemption.until_ms, now_ms)) continue;
    uint64_t& until = wanted[exemption.Key()];
    until = std::max(until, exemption.until_ms);
  }
  for (const auto& [key, until] : wanted) {
    if (snapshot.ExemptUntilMs(key) != until) return false;
  }
  size_t in_force = 0;
  for (size_t i = 0; i < snapshot.num_exemptions(); ++i) {
    if (IsExemptionInForce(snapshot.exemption_until_ms(i), now_ms)) ++in_force;
  }
  return in_force == wanted.size();
}

void JudgeUnpublished(uint64_t now_ms, DataReport* report) {
  if (!report->snapshot.has_value()) return;
  const Snapshot& snapshot = report->snapshot->snapshot();
  const auto add = [&](const std::string& path, const char* what) {
    Add("policy-unpublished", Severity::kWarning, path + ": " + what + " in force is another",
        "programs follow what was published last", report->SyncCommand("publish"), report);
  };
  if (report->config.has_value() && report->config->policy != snapshot.policy()) {
    add(report->config_path, "the policy");
  }
  if (report->exemptions.has_value() && !SameExemptions(*report->exemptions, snapshot, now_ms)) {
    add(ExemptionsPathBeside(report->config_path), "the set of exemptions");
  }
}

}  // namespace

std::string DataReport::SyncCommand(const std::string& verb) const {
  std::string command = "crlite-sync";
  if (!verb.empty()) command += " " + verb;
  if (config_path != kDefaultConfigPath) command += " --config " + ShellWord(config_path);
  if (!state_option.empty()) command += " --state " + ShellWord(state_option);
  return command;
}

DataReport ReadDataReport(const std::string& config_path, const std::string& state_dir,
                          uint64_t now_ms) {
  DataReport report;
  report.config_path = config_path;
  report.state_option = state_dir;
  ReadConfiguration(now_ms, &report);
  const std::string directory =
      report.config.has_value() ? report.config->state_dir : std::string(kDefaultStateDir);
  report.paths = StatePaths(state_dir.empty() ? directory : state_dir);
  JudgeState(now_ms, &report);
  ReadRuns(now_ms, &report);
  JudgeList(&report);
  JudgeUnpublished(now_ms, &report);
  return report;
}

}  // namespace crlite
