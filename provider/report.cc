#include "provider/report.h"

#include "provider/journal.h"

namespace crlite {
namespace {

const char* ModeName(Mode mode) {
  switch (mode) {
    case Mode::kOff:
      return "off";
    case Mode::kShadow:
      return "shadow";
    case Mode::kEnforce:
      return "enforce";
  }
  return "";
}

const char* StateText(DataState state) {
  switch (state) {
    case DataState::kFresh:
      return "fresh";
    case DataState::kStale:
      return "stale";
    case DataState::kNeverProvisioned:
      return "not there yet";
    case DataState::kDamaged:
      return "damaged";
  }
  return "";
}

void AddMessage(const Finding& finding, Text<512>* out) {
  const bool refused = finding.decision.refusal != Refusal::kNone;
  if (finding.decision.report == Refusal::kRevoked) {
    out->Add(refused ? "refused" : "would have refused").Add(" a revoked certificate");
  } else {
    out->Add(refused ? "refused" : "let through").Add(" a certificate, as the revocation data is ");
    out->Add(StateText(finding.state));
  }
  out->Add(": serial ").AddHex(finding.question.Serial());
}

}  // namespace

void ReportFinding(const Finding& finding) {
  if (finding.decision.report == Refusal::kNone) return;
  const bool refused = finding.decision.refusal != Refusal::kNone;
  JournalLine line(refused ? kJournalWarning : kJournalNotice);
  AddMessage(finding, &line.message);
  line.Field("CRLITE_OUTCOME").Add(OutcomeName(finding.verdict.outcome));
  line.EndField();
  line.Field("CRLITE_REASON").Add(ReasonText(finding.verdict.reason));
  line.EndField();
  line.Field("CRLITE_SERIAL").AddHex(finding.question.Serial());
  line.EndField();
  line.Field("CRLITE_ISSUER").AddHex(Bytes(finding.question.issuer.bytes, kHashSize));
  line.EndField();
  if (finding.filter_size != 0) {
    line.Field("CRLITE_FILTER").AddPrintable(Bytes(finding.filter, finding.filter_size));
    line.EndField();
  }
  line.Field("CRLITE_GENERATION").AddNumber(finding.generation);
  line.EndField();
  line.Field("CRLITE_MODE").Add(ModeName(finding.mode));
  line.EndField();
  line.Send();
}

}  // namespace crlite
