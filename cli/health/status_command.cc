#include "cli/health/status_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cascade/snapshot/self_test.h"
#include "cli/health/data_health.h"
#include "cli/health/data_options.h"
#include "cli/health/openssl_health.h"
#include "cli/output.h"
#include "cli/policy_text.h"
#include "cli/time_text.h"
#include "sync/clock.h"
#include "sync/source/source.h"

namespace crlite {
namespace {

using nlohmann::ordered_json;

constexpr uint64_t kSoonMs = uint64_t{7} * 86400 * 1000;

struct StatusOptions {
  std::string config = kDefaultConfigPath;
  std::string state;
  bool json = false;
};

// What all filters together cover; the self-test's log left out.
struct CoverageSummary {
  size_t logs = 0;
  uint64_t newest_ms = 0;  // the latest timestamp of any log that is covered
};

CoverageSummary SummarizeCoverage(const Snapshot& snapshot) {
  CoverageSummary summary;
  LogId log;
  uint64_t low_ms, high_ms;
  for (size_t i = 0; i < snapshot.num_logs(); ++i) {
    if (!snapshot.ReadLog(i, &log, &low_ms, &high_ms) || log == self_test::kLog) continue;
    ++summary.logs;
    summary.newest_ms = std::max(summary.newest_ms, high_ms);
  }
  return summary;
}

// Those that the snapshot has in force.
struct ExemptionSummary {
  size_t in_force = 0, ending_soon = 0;
};

ExemptionSummary SummarizeExemptions(const Snapshot& snapshot, uint64_t now_ms) {
  ExemptionSummary summary;
  for (size_t i = 0; i < snapshot.num_exemptions(); ++i) {
    const uint64_t until_ms = snapshot.exemption_until_ms(i);
    if (!IsExemptionInForce(until_ms, now_ms)) continue;
    ++summary.in_force;
    if (until_ms - now_ms <= kSoonMs) ++summary.ending_soon;
  }
  return summary;
}

// The self-test's issuer is in every snapshot.
size_t NumIssuers(const Snapshot& snapshot) {
  return snapshot.num_issuers() - std::min<size_t>(1, snapshot.num_issuers());
}

std::string Ago(uint64_t then_ms, uint64_t now_ms) {
  return FormatAge(now_ms > then_ms ? (now_ms - then_ms) / 1000 : 0) + " ago";
}

void PrintRow(const char* name, const std::string& text) {
  fmt::print("{:<12} {}\n", name, WithoutControls(text));
}

void PrintData(const Snapshot& snapshot, uint64_t now_ms) {
  PrintRow("generation", fmt::format("{}, published {} ({})", snapshot.generation(),
                                     Ago(snapshot.published_ms(), now_ms),
                                     FormatTimeMs(snapshot.published_ms())));
  if (!snapshot.has_data()) return PrintRow("data", "none: the snapshot carries policy alone");
  PrintRow("data", fmt::format("of {}, {}", Ago(snapshot.data_time_ms(), now_ms),
                               FormatTimeMs(snapshot.data_time_ms())));
  const CoverageSummary coverage = SummarizeCoverage(snapshot);
  PrintRow("filters",
           fmt::format("{}, {}, {} in all", FormatCount(snapshot.num_filters(), "filter"),
                       FormatCount(NumIssuers(snapshot), "issuer"), FormatSize(snapshot.size())));
  PrintRow("coverage", fmt::format("{}, up to {}", FormatCount(coverage.logs, "log"),
                                   FormatTimeMs(coverage.newest_ms)));
}

void PrintRun(const char* name, const std::optional<RunRecord>& run, uint64_t now_ms) {
  if (!run.has_value()) return PrintRow(name, "none, or its record cannot be read");
  std::string text =
      Ago(run->ended_ms, now_ms) +
      (run->exit_status == 0 ? ": done" : fmt::format(": failed, exit {}", run->exit_status));
  if (run->traffic.requests != 0) {
    text +=
        fmt::format(", {}, {} received, {} sent", FormatCount(run->traffic.requests, "request"),
                    FormatSize(run->traffic.received_bytes), FormatSize(run->traffic.sent_bytes));
  }
  PrintRow(name, text);
  if (!run->message.empty()) PrintRow("", run->message);
}

void PrintSources(const DataReport& data) {
  if (data.in_force.has_value()) {
    PrintRow("source", data.in_force->source +
                           (data.in_force->proof.has_value() ? ", signed" : ", not signed"));
  }
  if (!data.config.has_value()) return;
  const char* name = "configured";
  for (const SourceConfig& source : data.config->sources) {
    PrintRow(name, SourceSpec(source) + (source.require_signature ? ", signature required"
                                                                  : ", signature not required"));
    name = "";
  }
}

void PrintText(const DataReport& data, const OpensslReport& openssl, uint64_t now_ms) {
  PrintRow("state", data.paths.directory);
  if (data.snapshot.has_value()) {
    PrintData(data.snapshot->snapshot(), now_ms);
  } else {
    PrintRow("data", "none: " + data.snapshot_problem);
  }
  PrintSources(data);
  PrintRun("last fetch", data.last_fetch, now_ms);
  PrintRun("last publish", data.last_publish, now_ms);
  PrintRow("policy", PolicyText(data.policy));
  if (data.snapshot.has_value()) {
    const ExemptionSummary exempt = SummarizeExemptions(data.snapshot->snapshot(), now_ms);
    PrintRow("exemptions", fmt::format("{} in force, {} of them ending within 7 days",
                                       exempt.in_force, exempt.ending_soon));
  }
  PrintRow("openssl.cnf",
           openssl.path + (openssl.ActivatesModule() ? ": activates the module"
                                                     : ": does not activate the module"));
}

ordered_json FiltersToJson(const Snapshot& snapshot) {
  ordered_json list = ordered_json::array();
  for (size_t i = 0; i < snapshot.num_filters(); ++i) {
    const Bytes name = snapshot.filter_name(i);
    list.push_back(
        {{"name", WithoutControls({reinterpret_cast<const char*>(name.data()), name.size()})},
         {"sha256", ToHex(snapshot.filter_hash(i))}});
  }
  return list;
}

void AddSnapshot(const Snapshot& snapshot, uint64_t now_ms, ordered_json* document) {
  const CoverageSummary coverage = SummarizeCoverage(snapshot);
  const ExemptionSummary exempt = SummarizeExemptions(snapshot, now_ms);
  ordered_json& json = *document;
  json["snapshot"] = {{"generation", snapshot.generation()},
                      {"published_ms", snapshot.published_ms()},
                      {"size", snapshot.size()},
                      {"issuers", NumIssuers(snapshot)},
                      {"filters", FiltersToJson(snapshot)}};
  if (snapshot.has_data()) {
    json["snapshot"]["data_time_ms"] = snapshot.data_time_ms();
    json["snapshot"]["coverage"] = {{"logs", coverage.logs}, {"newest_ms", coverage.newest_ms}};
  }
  json["exemptions"] = {{"in_force", exempt.in_force}, {"ending_soon", exempt.ending_soon}};
}

ordered_json SourcesToJson(const std::vector<SourceConfig>& sources) {
  ordered_json list = ordered_json::array();
  for (const SourceConfig& source : sources) {
    list.push_back({{"source", WithoutControls(SourceSpec(source))},
                    {"require_signature", source.require_signature}});
  }
  return list;
}

ordered_json RunToJson(const std::optional<RunRecord>& run) {
  if (!run.has_value()) return nullptr;
  ordered_json json = RunRecordToJson(*run);
  json.erase("schema");
  json.erase("not_before_ms");
  return json;
}

ordered_json ToJson(const DataReport& data, const OpensslReport& openssl,
                    const std::vector<Finding>& findings, uint64_t now_ms) {
  ordered_json json = {{"schema", kJsonSchema},
                       {"severity", SeverityName(Worst(findings))},
                       {"state_directory", data.paths.directory},
                       {"data", DataStateName(data.state)}};
  if (data.snapshot.has_value()) AddSnapshot(data.snapshot->snapshot(), now_ms, &json);
  if (data.in_force.has_value()) {
    json["source"] = {{"source", data.in_force->source},
                      {"signed", data.in_force->proof.has_value()}};
  }
  if (data.config.has_value()) json["configured_sources"] = SourcesToJson(data.config->sources);
  json["last_fetch"] = RunToJson(data.last_fetch);
  json["last_publish"] = RunToJson(data.last_publish);
  json["policy"] = PolicyToJson(data.policy);
  json["openssl_cnf"] = {{"path", WithoutControls(openssl.path)},
                         {"activates_module", openssl.ActivatesModule()}};
  json["findings"] = FindingsToJson(findings);
  return json;
}

int RunStatus(const StatusOptions& options) {
  const uint64_t now_ms = NowMs();
  const DataReport data = ReadDataReport(options.config, options.state, now_ms);
  const OpensslReport openssl = ReadOpensslReport("", data.policy.insist);
  std::vector<Finding> findings = data.findings;
  findings.insert(findings.end(), openssl.findings.begin(), openssl.findings.end());
  if (options.json) {
    PrintJson(ToJson(data, openssl, findings, now_ms));
  } else {
    PrintText(data, openssl, now_ms);
    fmt::print("\n");
    PrintFindings(findings);
  }
  return static_cast<int>(Worst(findings));
}

}  // namespace

void AddStatusCommand(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand(
      "status", "What this machine knows about revocation, how old that is, and what is wrong");
  AddDataOptions(*command, &options->config, &options->state);
  AddJsonOption(*command, &options->json);
  AddHelpSections(
      *command,
      "0   healthy\n1   warning: degraded\n"
      "2   critical: certificates go unchecked (not enabled, no data), or are refused for "
      "lack of data\n"
      "3   unknown: this user may not read what is needed\n64  usage",
      "crlite status\n"
      "crlite status --json | jq '.findings[] | select(.severity != \"ok\")'\n"
      "crlite status --config /etc/crlite/config.yaml --state /srv/crlite");
  command->callback([options, exit_code] { *exit_code = RunStatus(*options); });
}

}  // namespace crlite
