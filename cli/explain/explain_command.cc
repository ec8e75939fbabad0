#include "cli/explain/explain_command.h"

#include <memory>

#include "cascade/base/text.h"
#include "cli/chain.h"
#include "cli/explain/chain_fetch.h"
#include "cli/explain/explanation_print.h"
#include "cli/health/data_health.h"
#include "cli/health/data_options.h"
#include "cli/output.h"
#include "cli/verification.h"
#include "sync/clock.h"

namespace crlite {
namespace {

struct ExplainOptions {
  std::string file = "-";
  std::string host;
  std::string at;
  std::string snapshot;
  std::string log_list;
  std::string config = kDefaultConfigPath;
  std::string state;
  bool json = false;
};

// The data that the system has, or that one file has.
Result<DataReport> ReadData(const ExplainOptions& options, uint64_t now_ms) {
  if (options.snapshot.empty()) return ReadDataReport(options.config, options.state, now_ms);
  Result<MappedSnapshot> mapped = MappedSnapshot::Open(options.snapshot);
  if (!mapped.ok()) return mapped.error();
  if (!mapped->snapshot().BodyHashMatches()) {
    return MalformedError(options.snapshot +
                          ": the hash of its content does not match: the file is damaged; copy it "
                          "again");
  }
  DataReport report;
  report.config_path = options.config;
  report.snapshot.emplace(std::move(*mapped));
  const Snapshot& snapshot = report.snapshot->snapshot();
  report.policy = snapshot.policy();
  if (snapshot.has_data()) {
    report.state = FreshnessOf(report.policy, snapshot.data_time_ms(), now_ms);
  }
  return report;
}

Result<std::string> ReadPem(const ExplainOptions& options) {
  if (options.host.empty()) return ReadChainText(options.file);
  Result<std::string> pem = FetchPemChain(options.host);
  if (pem.ok()) {
    PrintMessage(WithoutControls(options.host) +
                 ": this is what the server sent; neither name nor signatures were verified");
  }
  return pem;
}

// What is wrong with the data, and mends what there is no answer for.
void TellProblems(const DataReport& report) {
  for (const Finding& finding : report.findings) {
    if (finding.severity != Severity::kCritical) continue;
    PrintMessage(WithoutControls(finding.what) + "; " + WithoutControls(finding.mend));
  }
}

// A forged issuer beside the real one must not hide what that says.
Explanation ExplainEach(const DataReport& report, const CertificateFields& leaf,
                        const std::vector<const ChainCertificate*>& issuers, const LogNames& names,
                        int64_t at, uint64_t now_ms) {
  Explanation explanation =
      Explain(report, leaf, issuers.empty() ? nullptr : issuers[0], names, at, now_ms);
  for (size_t i = 1; i < issuers.size(); ++i) {
    Explanation other = Explain(report, leaf, issuers[i], names, at, now_ms);
    if (Outweighs(other.verdict.outcome, explanation.verdict.outcome)) {
      explanation = std::move(other);
    }
  }
  return explanation;
}

int RunExplain(const ExplainOptions& options) {
  const uint64_t now_ms = NowMs();
  const Result<int64_t> at = VerificationTime(options.at, "explain");
  if (!at.ok()) return Fail(at.error());
  LogNames names;
  if (!options.log_list.empty()) {
    Result<LogNames> read = ReadLogNames(options.log_list);
    if (!read.ok()) return Fail(read.error());
    names = std::move(*read);
  }
  const Result<DataReport> report = ReadData(options, now_ms);
  if (!report.ok()) return Fail(report.error());
  const Result<std::string> text = ReadPem(options);
  if (!text.ok()) return Fail(text.error());
  const std::string name = options.host.empty() ? ChainName(options.file) : options.host;
  const Result<std::vector<ChainCertificate>> chain = ReadPemChain(name, *text);
  if (!chain.ok()) return Fail(chain.error());
  const Result<std::vector<const ChainCertificate*>> issuers = FindIssuers(name, *chain);
  if (!issuers.ok()) return Fail(issuers.error());

  TellProblems(*report);
  const Explanation explanation =
      ExplainEach(*report, chain->front().fields, *issuers, names, *at, now_ms);
  if (options.json) {
    PrintJson(ExplanationToJson(explanation, *report, now_ms));
  } else {
    PrintExplanation(explanation, *report, {options.file, options.host}, now_ms);
  }
  return ExitCodeOf(explanation.verdict.outcome);
}

}  // namespace

void AddExplainCommand(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = app.add_subcommand(
      "explain", "Why a certificate is refused or accepted: every step, so that it can be argued");
  CLI::Option* file = command->add_option(
      "file", options->file,
      "Chain in PEM, leaf first, its issuer anywhere after; '-' or none: standard input");
  file->type_name("FILE");
  command
      ->add_option("--host", options->host,
                   "Explain the chain that this TLS server shows; port 443 unless named")
      ->type_name("HOST[:PORT]")
      ->excludes(file);
  command
      ->add_option("--at", options->at,
                   "Verification time (RFC 3339) in place of now; the data's age is that of now")
      ->type_name("TIME");
  CLI::Option* snapshot =
      command->add_option("--snapshot", options->snapshot, "Ask this snapshot, not the system's");
  snapshot->type_name("FILE");
  command
      ->add_option("--log-list", options->log_list,
                   "Names of logs: log_list.json, version 3; default: log ids alone")
      ->type_name("FILE");
  AddDataOptions(*command, &options->config, &options->state)->excludes(snapshot);
  AddJsonOption(*command, &options->json);
  AddHelpSections(
      *command,
      "0   NotRevoked\n2   Revoked\n3   no answer: NotCovered, NotEnrolled, NoData\n"
      "64  usage\n65  malformed chain, snapshot or log list\n70  internal error\n"
      "74  a file, the server, or standard input or output, failed",
      "crlite explain chain.pem\n"
      "crlite explain --host example.org:8443 --log-list log_list.json\n"
      "crlite explain --json --snapshot ./snapshot --at 2026-10-20T00:00:00Z chain.pem\n"
      "crlite explain --config /etc/crlite/config.yaml --state /srv/crlite chain.pem");
  command->callback([options, exit_code] { *exit_code = RunExplain(*options); });
}

}  // namespace crlite
