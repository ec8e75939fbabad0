#include <fmt/format.h>

#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cli/explain/explanation_print.h"
#include "cli/policy_text.h"
#include "cli/shell_word.h"
#include "cli/time_text.h"

namespace crlite {
namespace {

constexpr size_t kMaxNames = 4;  // of filters on one line

void PrintSection(const char* name) { fmt::print("\n{}\n", name); }

void PrintRow(const char* name, const std::string& text) {
  fmt::print("  {:<12} {}\n", name, text);
}

std::string SecondsText(int64_t seconds) {
  return seconds < 0 ? "before 1970" : FormatTimeMs(static_cast<uint64_t>(seconds) * 1000);
}

void PrintCertificate(const Explanation& explanation) {
  PrintSection("certificate");
  PrintRow("subject", explanation.subject);
  PrintRow("serial", explanation.serial);
  const bool is_valid =
      explanation.not_before <= explanation.at && explanation.at <= explanation.not_after;
  PrintRow("valid", fmt::format("from {} to {}: {} at {}", SecondsText(explanation.not_before),
                                SecondsText(explanation.not_after), is_valid ? "yes" : "not",
                                SecondsText(explanation.at)));
  PrintRow("key", "SHA-256 " + explanation.leaf_key);
  PrintRow("issuer", explanation.issuer_name);
  PrintRow("issuer key", explanation.issuer_key.empty()
                             ? "unknown: the chain is this certificate alone"
                             : "SHA-256 " + explanation.issuer_key);
}

std::string NamesOf(const std::vector<size_t>& indices, const Explanation& explanation) {
  std::string names;
  for (size_t n = 0; n < indices.size() && n < kMaxNames; ++n) {
    const size_t i = indices[n];
    names += (n == 0 ? "" : ", ") +
             (i < explanation.filters.size() ? explanation.filters[i].name : fmt::format("{}", i));
  }
  if (indices.size() > kMaxNames) names += fmt::format(" and {} more", indices.size() - kMaxNames);
  return names;
}

std::string CoverageText(const SctEvidence& evidence, const Explanation& explanation) {
  if (!evidence.filters.empty()) {
    return fmt::format("covered by {}: {}", FormatCount(evidence.filters.size(), "filter"),
                       NamesOf(evidence.filters, explanation));
  }
  if (!evidence.is_log_covered) return "not covered: no filter knows this log";
  return fmt::format("not covered: filters cover this log from {} to {}",
                     FormatTimeMs(evidence.low_ms), FormatTimeMs(evidence.high_ms));
}

void PrintScts(const Explanation& explanation) {
  PrintSection("signed certificate timestamps");
  if (explanation.scts.empty()) PrintRow("none", "that are embedded and can be read");
  for (size_t i = 0; i < explanation.scts.size(); ++i) {
    const SctEvidence& evidence = explanation.scts[i];
    PrintRow(fmt::format("{}", i + 1).c_str(),
             FormatTimeMs(evidence.sct.timestamp_ms) +
                 (evidence.log_name.empty() ? "" : ", log " + evidence.log_name));
    PrintRow("", "log id " + ToHex(evidence.sct.log.bytes));
    PrintRow("", CoverageText(evidence, explanation));
  }
  if (explanation.num_malformed_scts != 0) {
    PrintRow("malformed", fmt::format("{} skipped", explanation.num_malformed_scts));
  }
}

void PrintFilters(const Explanation& explanation) {
  PrintSection("filters");
  std::vector<size_t> knowing;
  for (size_t i = 0; i < explanation.filters.size(); ++i) {
    if (explanation.filters[i].knows_issuer) knowing.push_back(i);
  }
  PrintRow("issuer", knowing.empty()
                         ? fmt::format("none of {} knows it",
                                       FormatCount(explanation.filters.size(), "filter"))
                         : fmt::format("known to {} of {}: {}", knowing.size(),
                                       explanation.filters.size(), NamesOf(knowing, explanation)));
  bool any = false, has_files = false;
  for (const FilterEvidence& filter : explanation.filters) {
    if (filter.outcome == Outcome::kNotCovered) continue;
    any = true;
    has_files |= filter.file_outcome.has_value();
    PrintRow(OutcomeName(filter.outcome), filter.name);
    PrintRow("", "SHA-256 " + filter.hash);
    if (filter.file_outcome.has_value()) {
      PrintRow("",
               fmt::format("its file, read by itself, says {}", OutcomeName(*filter.file_outcome)));
    }
  }
  if (!any) PrintRow("covering", "none");
  if (any && !has_files) {
    PrintRow("", "the filters' files are not at hand: this is what the snapshot says of each");
  }
}

void PrintData(const DataReport& report, uint64_t now_ms) {
  PrintSection("data");
  if (!report.snapshot.has_value())
    return PrintRow("none", WithoutControls(report.snapshot_problem));
  const Snapshot& snapshot = report.snapshot->snapshot();
  PrintRow("generation", fmt::format("{}", snapshot.generation()));
  const uint64_t age_ms = now_ms > snapshot.data_time_ms() ? now_ms - snapshot.data_time_ms() : 0;
  if (snapshot.has_data()) {
    PrintRow("time", fmt::format("{}, {} old: {}", FormatTimeMs(snapshot.data_time_ms()),
                                 FormatAge(age_ms / 1000), DataStateName(report.state)));
  }
  if (!report.in_force.has_value()) return PrintRow("source", "unknown: its list is not at hand");
  PrintRow("source", report.in_force->source + (report.in_force->proof.has_value()
                                                    ? ", signed; crlite-sync has verified it"
                                                    : ", not signed"));
}

void PrintModule(const Explanation& explanation, const DataReport& report) {
  const ModuleAction& action = explanation.module;
  PrintSection("module");
  PrintRow("policy", PolicyText(report.policy));
  PrintRow("mode",
           fmt::format("{}, as {} says; {}", ModeName(action.mode),
                       action.is_mode_of_cnf ? action.openssl_cnf : "the policy",
                       report.policy.insist ? "CRLITE_MODE and openssl.cnf can only strengthen it"
                                            : "CRLITE_MODE or another openssl.cnf can change it"));
  if (action.exempt_until_ms != 0) {
    PrintRow("exemption", "in force until " + FormatTimeMs(action.exempt_until_ms));
  }
  PrintRow("would", ActionText(action));
  if (!action.is_enabled) {
    PrintRow("", WithoutControls(action.openssl_cnf) +
                     " does not activate it: programs accept without asking; run crlite enable");
  }
}

// Commands that anybody can repeat with the same files.
void PrintRecipe(const Explanation& explanation, const DataReport& report,
                 const ChainOrigin& origin) {
  std::string filters;
  for (const FilterEvidence& filter : explanation.filters) {
    const bool matters = filter.outcome != Outcome::kNotCovered && !filter.file.empty();
    if (matters) filters += " --filter " + ShellWord(filter.file);
  }
  if (filters.empty()) return;
  PrintSection("check it yourself");
  if (!origin.host.empty()) {
    fmt::print(
        "  openssl s_client -showcerts -connect {} </dev/null >chain.pem\n",
        ShellWord(origin.host.find(':') == std::string::npos ? origin.host + ":443" : origin.host));
  }
  const std::string file = origin.host.empty() ? origin.file : "chain.pem";
  fmt::print("  crlite check{} --at {}{}\n", filters, SecondsText(explanation.at),
             file == "-" ? " <chain.pem" : " " + ShellWord(file));
  fmt::print(
      "  Each file is named by its SHA-256 (sha256sum), and says the same on any machine.\n");
  if (report.in_force->proof.has_value()) {
    fmt::print(
        "  Mozilla's signed list of filters (collection security-state/cert-revocations) gives\n"
        "  these hashes, so that a certificate authority can fetch and ask the same files.\n");
  }
}

}  // namespace

void PrintExplanation(const Explanation& explanation, const DataReport& report,
                      const ChainOrigin& origin, uint64_t now_ms) {
  fmt::print("{}\n", OutcomeName(explanation.verdict.outcome));
  PrintCertificate(explanation);
  PrintScts(explanation);
  if (report.snapshot.has_value()) PrintFilters(explanation);
  PrintSection("verdict");
  PrintRow(OutcomeName(explanation.verdict.outcome), RuleText(explanation.verdict));
  if (!explanation.deciding_filter.empty()) PrintRow("by filter", explanation.deciding_filter);
  PrintData(report, now_ms);
  PrintModule(explanation, report);
  PrintRecipe(explanation, report, origin);
  if (explanation.findings.empty()) return;
  fmt::print("\n");
  PrintFindings(explanation.findings);
}

}  // namespace crlite
