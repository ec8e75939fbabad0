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

void AddMessage(const Finding& finding, JournalMessage* out) {
  const bool refused = finding.decision.refusal != Refusal::kNone;
  if (finding.decision.report == Refusal::kRevoked) {
    out->Add(refused ? "refused" : "would have refused").Add(" a revoked certificate");
  } else {
    out->Add(refused ? "refused" : "let through").Add(" a certificate, as the revocation data is ");
    out->Add(StateText(finding.state));
    if (finding.trouble != nullptr) out->Add(" (snapshot ").Add(finding.trouble).Add(")");
  }
  out->Add(": serial ").AddHex(finding.question.Serial());
}

}  // namespace

void ReportFinding(const Finding& finding) {
  if (finding.decision.report == Refusal::kNone) return;
  const bool refused = finding.decision.refusal != Refusal::kNone;
  const JournalKind kind =
      finding.decision.report == Refusal::kRevoked ? JournalKind::kRevocation : JournalKind::kOther;
  JournalLine line(kind, refused ? kJournalWarning : kJournalNotice);
  AddMessage(finding, &line.message);
  Text<2048>& fields = line.fields;
  fields.Add("CRLITE_OUTCOME=").Add(OutcomeName(finding.verdict.outcome));
  fields.Add("\nCRLITE_REASON=").Add(ReasonText(finding.verdict.reason));
  fields.Add("\nCRLITE_SERIAL=").AddHex(finding.question.Serial());
  fields.Add("\nCRLITE_ISSUER=").AddHex(Bytes(finding.question.issuer.bytes, kHashSize));
  if (finding.filter_size != 0) {
    fields.Add("\nCRLITE_FILTER=").AddPrintable(Bytes(finding.filter, finding.filter_size));
  }
  fields.Add("\nCRLITE_GENERATION=").AddNumber(finding.generation);
  fields.Add("\nCRLITE_MODE=").Add(ModeName(finding.mode)).Add("\n");
  line.Send();
}

}  // namespace crlite
