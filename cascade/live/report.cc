#include "cascade/live/report.h"

#include "cascade/reader/snapshot_format.h"

namespace crlite {
namespace {

// In the message.
const char* StateText(DataState state) {
  return state == DataState::kNeverProvisioned ? "not there yet" : DataStateName(state);
}

// What `crlite exempt` calls the exemption.
Bytes ExemptionId(const Finding& finding) { return {finding.exemption.bytes, 8}; }

// Why the certificate was reported.
const char* RuleName(const Finding& finding) {
  if (finding.decision.report == Refusal::kRevoked) return "revoked";
  return DataStateName(finding.state);
}

// What became of it, in one word and in the message's.
const char* ActionName(const Decision& decision) {
  if (decision.refusal != Refusal::kNone) return "refused";
  if (decision.is_exempt) return "exempted";
  return decision.is_withheld ? "withheld" : "reported";
}

const char* ActionText(const Decision& decision) {
  if (decision.refusal != Refusal::kNone) return "refused";
  return decision.is_withheld ? "would have refused" : "let through";
}

void AddMessage(const Finding& finding, JournalMessage* out) {
  const bool is_revoked = finding.decision.report == Refusal::kRevoked;
  out->Add(ActionText(finding.decision));
  out->Add(is_revoked ? " a revoked certificate" : " a certificate");
  if (finding.decision.is_exempt) out->Add(" by exemption ").AddHex(ExemptionId(finding));
  if (!is_revoked) {
    out->Add(", as the revocation data is ").Add(StateText(finding.state));
    if (finding.trouble != nullptr) out->Add(" (snapshot ").Add(finding.trouble).Add(")");
  }
  out->Add(": serial ").AddHex(finding.question.Serial());
  out->Add(", issuer ").AddHex(Bytes(finding.question.issuer.bytes, kHashSize));
}

// `crlite doctor`, run by a monitor, would fill the journal with refusals that are none.
bool IsSelfTest(const Finding& finding) {
  constexpr size_t kSize = sizeof snapshot_format::kSelfTestFilterName - 1;
  return finding.filter_size == kSize &&
         memcmp(finding.filter, snapshot_format::kSelfTestFilterName, kSize) == 0;
}

}  // namespace

void ReportFinding(const Finding& finding, Journal* journal) {
  if (finding.decision.report == Refusal::kNone || IsSelfTest(finding)) return;
  const bool refused = finding.decision.refusal != Refusal::kNone;
  const JournalKind kind =
      finding.decision.report == Refusal::kRevoked ? JournalKind::kRevocation : JournalKind::kOther;
  JournalLine line(kind, refused ? kJournalWarning : kJournalNotice);
  AddMessage(finding, &line.message);
  Text<2048>& fields = line.fields;
  fields.Add("CRLITE_ACTION=").Add(ActionName(finding.decision));
  fields.Add("\nCRLITE_RULE=").Add(RuleName(finding));
  fields.Add("\nCRLITE_OUTCOME=").Add(OutcomeName(finding.verdict.outcome));
  fields.Add("\nCRLITE_REASON=").Add(ReasonText(finding.verdict.reason));
  fields.Add("\nCRLITE_SERIAL=").AddHex(finding.question.Serial());
  fields.Add("\nCRLITE_ISSUER=").AddHex(Bytes(finding.question.issuer.bytes, kHashSize));
  if (finding.filter_size != 0) {
    fields.Add("\nCRLITE_FILTER=").AddPrintable(Bytes(finding.filter, finding.filter_size));
  }
  if (finding.decision.is_exempt) {
    fields.Add("\nCRLITE_EXEMPTION=").AddHex(ExemptionId(finding));
  }
  fields.Add("\nCRLITE_GENERATION=").AddNumber(finding.generation);
  fields.Add("\nCRLITE_MODE=").Add(ModeName(finding.mode)).Add("\n");
  journal->Send(&line);
}

}  // namespace crlite
