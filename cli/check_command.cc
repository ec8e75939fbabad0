#include "cli/check_command.h"

#include <fmt/format.h>
#include <time.h>

#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cli/chain.h"
#include "cli/data_source.h"
#include "cli/output.h"
#include "cli/time_text.h"
#include "cli/verification.h"

namespace crlite {
namespace {

struct CheckOptions {
  std::string file = "-";
  std::string at;  // --at; empty: now
  DataOptions data;
  bool json = false;
};

// A question with its answer, and what is worth telling about both.
struct Answer {
  Verdict verdict;
  SctList scts;
  std::string serial;  // hexadecimal
  std::string issuer;  // SPKI hash, hexadecimal; empty without issuer
};

Answer Ask(const DataSource& source, const CertificateFields& leaf, const ChainCertificate* issuer,
           int64_t now) {
  Answer answer;
  answer.serial = ToHex(leaf.serial);
  answer.verdict.outcome = Outcome::kNotCovered;
  answer.verdict.reason = DecideBeforeData(leaf, now, &answer.scts);
  if (issuer == nullptr) {
    answer.verdict.reason = Reason::kChainTooShort;
    return answer;
  }
  const IssuerSpkiHash hash = issuer->fields.SpkiHash();
  answer.issuer = ToHex(hash.bytes);
  if (answer.verdict.reason == Reason::kFilters) {
    answer.verdict = source.Check({hash, leaf.serial, answer.scts.Span()});
  }
  return answer;
}

// A forged issuer beside the real one must not hide what that says.
Answer AskAboutEach(const DataSource& source, const CertificateFields& leaf,
                    const std::vector<const ChainCertificate*>& issuers, int64_t now) {
  Answer answer = Ask(source, leaf, issuers.empty() ? nullptr : issuers[0], now);
  for (size_t i = 1; i < issuers.size(); ++i) {
    Answer other = Ask(source, leaf, issuers[i], now);
    if (Outweighs(other.verdict.outcome, answer.verdict.outcome)) answer = std::move(other);
  }
  return answer;
}

uint64_t DataAge(const Snapshot& snapshot) {
  const uint64_t now = static_cast<uint64_t>(time(nullptr));
  const uint64_t then = snapshot.data_time_ms() / 1000;
  return now > then ? now - then : 0;
}

bool IsStale(const Snapshot& snapshot) {
  const uint64_t now_ms = static_cast<uint64_t>(time(nullptr)) * 1000;
  return FreshnessOf(snapshot.policy(), snapshot.data_time_ms(), now_ms) == DataState::kStale;
}

const Sct* CoveredSct(const Answer& answer) {
  const uint16_t i = answer.verdict.sct;
  return i < answer.scts.count ? &answer.scts.scts[i] : nullptr;
}

void PrintText(const DataSource& source, const Answer& answer) {
  fmt::print("{}\n", OutcomeName(answer.verdict.outcome));
  fmt::print("reason: {}\n", ReasonText(answer.verdict.reason));
  if (answer.verdict.filter != Verdict::kNone) {
    fmt::print("filter: {}\n", source.FilterName(answer.verdict.filter));
  }
  if (const Sct* sct = CoveredSct(answer)) {
    fmt::print("log: {} at {}\n", ToHex(sct->log.bytes), FormatTimeMs(sct->timestamp_ms));
  }
  fmt::print("serial: {}\n", answer.serial);
  if (!answer.issuer.empty()) fmt::print("issuer: {}\n", answer.issuer);
  if (answer.scts.num_malformed != 0) {
    fmt::print("malformed SCTs: {} skipped\n", answer.scts.num_malformed);
  }
  if (const Snapshot* snapshot = source.snapshot()) {
    fmt::print("data: generation {} of {}, {} old{}\n", snapshot->generation(),
               FormatTimeMs(snapshot->data_time_ms()), FormatAge(DataAge(*snapshot)),
               source.is_system() && IsStale(*snapshot) ? " (stale)" : "");
  }
}

nlohmann::ordered_json JsonOf(const DataSource& source, const Answer& answer) {
  nlohmann::ordered_json document = {{"schema", kJsonSchema},
                                     {"outcome", OutcomeName(answer.verdict.outcome)},
                                     {"reason", ReasonText(answer.verdict.reason)},
                                     {"serial", answer.serial}};
  if (!answer.issuer.empty()) document["issuer_spki_sha256"] = answer.issuer;
  if (answer.verdict.filter != Verdict::kNone) {
    document["filter"] = source.FilterName(answer.verdict.filter);
  }
  if (const Sct* sct = CoveredSct(answer)) {
    document["log"] = ToHex(sct->log.bytes);
    document["sct_time_ms"] = sct->timestamp_ms;
  }
  document["scts"] = answer.scts.count;
  document["malformed_scts"] = answer.scts.num_malformed;
  if (const Snapshot* snapshot = source.snapshot()) {
    document["snapshot"] = {{"generation", snapshot->generation()},
                            {"data_time_ms", snapshot->data_time_ms()}};
    if (source.is_system()) document["snapshot"]["stale"] = IsStale(*snapshot);
  }
  return document;
}

int RunCheck(const CheckOptions& options) {
  const Result<int64_t> now = VerificationTime(options.at, "check");
  if (!now.ok()) return Fail(now.error());
  const Result<DataSource> source = DataSource::Open(options.data);
  if (!source.ok()) return Fail(source.error());
  const Result<std::string> text = ReadChainText(options.file);
  if (!text.ok()) return Fail(text.error());

  const std::string name = ChainName(options.file);
  const Result<std::vector<ChainCertificate>> chain = ReadPemChain(name, *text);
  if (!chain.ok()) return Fail(chain.error());
  const Result<std::vector<const ChainCertificate*>> issuers = FindIssuers(name, *chain);
  if (!issuers.ok()) return Fail(issuers.error());

  const Answer answer = AskAboutEach(*source, chain->front().fields, *issuers, *now);
  const std::string problem = source->ProblemOf(answer.verdict);
  if (answer.verdict.reason == Reason::kDamaged && !source->is_system()) {
    return Fail(MalformedError(problem));
  }
  if (!problem.empty()) PrintMessage(problem);
  if (options.json) {
    PrintJson(JsonOf(*source, answer));
  } else {
    PrintText(*source, answer);
  }
  return ExitCodeOf(answer.verdict.outcome);
}

}  // namespace

void AddCheckCommand(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand(
      "check", "Is the first certificate of a chain revoked? Prints the outcome on the first line");
  command
      ->add_option(
          "file", options->file,
          "Chain in PEM, leaf first, its issuer anywhere after; '-' or none: standard input")
      ->type_name("FILE");
  AddDataOptions(*command, &options->data);
  command->add_option("--at", options->at, "Verification time (RFC 3339) in place of now")
      ->type_name("TIME");
  AddJsonOption(*command, &options->json);
  AddHelpSections(*command,
                  "0   NotRevoked\n2   Revoked\n3   no answer: NotCovered, NotEnrolled, NoData\n"
                  "64  usage\n65  malformed chain, filter or snapshot\n70  internal error\n"
                  "74  a file, or standard input or output, failed",
                  "crlite check chain.pem\n"
                  "curl -sw '%{certs}' -o /dev/null https://example.org | crlite check\n"
                  "crlite check --json --snapshot ./snapshot chain.pem\n"
                  "crlite check --filter full.filter --at 2026-10-20T00:00:00Z chain.pem");
  command->callback([options, exit_code] { *exit_code = RunCheck(*options); });
}

}  // namespace crlite
