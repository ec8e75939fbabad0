#include "library/result.h"

#include <stdlib.h>

#include <new>

using crlite::DataState;
using crlite::Decision;
using crlite::Outcome;
using crlite::Reason;
using crlite::Refusal;

// The values of the interface are those of the reader, but for the outcomes, which leave 0 out.
static_assert(CRLITE_REASON_CHAIN_TOO_SHORT == static_cast<int>(Reason::kChainTooShort));
static_assert(CRLITE_REASON_NO_SCT == static_cast<int>(Reason::kNoSct));
static_assert(CRLITE_REASON_OUTSIDE_VALIDITY == static_cast<int>(Reason::kOutsideValidity));
static_assert(CRLITE_REASON_NO_SNAPSHOT == static_cast<int>(Reason::kNoSnapshot));
static_assert(CRLITE_REASON_DAMAGED == static_cast<int>(Reason::kDamaged));
static_assert(CRLITE_REVOKED == static_cast<int>(Outcome::kRevoked) + 1);
static_assert(CRLITE_NO_DATA == static_cast<int>(Outcome::kNoData) + 1);
static_assert(CRLITE_DATA_STALE == static_cast<int>(DataState::kStale));
static_assert(CRLITE_DATA_DAMAGED == static_cast<int>(DataState::kDamaged));
static_assert(CRLITE_MAX_SERIAL_SIZE == crlite::LeafQuestion::kMaxSerialSize);
static_assert(CRLITE_HASH_SIZE == crlite::kHashSize);

namespace crlite {

void ResetResult(crlite_result* result) {
  // Not by assignment, which would copy kilobytes that say nothing.
  new (result) crlite_result;
  result->finding.state = DataState::kNeverProvisioned;
}

void FinishResult(uint64_t now_ms, crlite_result* result) {
  const Finding& finding = result->finding;
  Text<sizeof result->filter - 1> filter;
  filter.AddPrintable(Bytes(finding.filter, finding.filter_size));
  memcpy(result->filter, filter.c_str(), filter.size() + 1);
  const bool has_age = finding.data_time_ms != 0 && now_ms > finding.data_time_ms;
  result->data_age_ms = has_age ? now_ms - finding.data_time_ms : 0;
}

}  // namespace crlite

crlite_result* crlite_result_new(void) {
  auto* const result = static_cast<crlite_result*>(malloc(sizeof(crlite_result)));
  if (result != nullptr) crlite::ResetResult(result);
  return result;
}

void crlite_result_free(crlite_result* result) { free(result); }

crlite_outcome crlite_result_outcome(const crlite_result* result) {
  return static_cast<crlite_outcome>(static_cast<int>(result->finding.verdict.outcome) + 1);
}

crlite_reason crlite_result_reason(const crlite_result* result) {
  return static_cast<crlite_reason>(result->finding.verdict.reason);
}

crlite_action crlite_result_action(const crlite_result* result) {
  const Decision& decision = result->finding.decision;
  if (decision.report == Refusal::kNone) return CRLITE_ALLOW;
  if (decision.refusal != Refusal::kNone) return CRLITE_REFUSE;
  if (decision.is_exempt) return CRLITE_EXEMPT;
  return decision.is_withheld ? CRLITE_WITHHOLD : CRLITE_REPORT;
}

crlite_rule crlite_result_rule(const crlite_result* result) {
  const Refusal report = result->finding.decision.report;
  if (report == Refusal::kNone) return CRLITE_RULE_NONE;
  if (report == Refusal::kRevoked) return CRLITE_RULE_REVOKED;
  switch (result->finding.state) {
    case DataState::kStale:
      return CRLITE_RULE_STALE;
    case DataState::kNeverProvisioned:
      return CRLITE_RULE_NEVER_PROVISIONED;
    case DataState::kFresh:
    case DataState::kDamaged:
      break;
  }
  return CRLITE_RULE_DAMAGED;
}

int crlite_result_insists(const crlite_result* result) { return result->finding.insist ? 1 : 0; }

const char* crlite_result_filter(const crlite_result* result) { return result->filter; }

int crlite_result_sct(const crlite_result* result, crlite_sct* out) {
  const uint16_t index = result->finding.verdict.sct;
  const crlite::SctList& scts = result->finding.question.scts;
  if (index == crlite::Verdict::kNone || index >= scts.count) return 0;
  memcpy(out->log_id, scts.scts[index].log.bytes, CRLITE_HASH_SIZE);
  out->timestamp_ms = scts.scts[index].timestamp_ms;
  return 1;
}

crlite_data_state crlite_result_data_state(const crlite_result* result) {
  return static_cast<crlite_data_state>(result->finding.state);
}

uint64_t crlite_result_generation(const crlite_result* result) {
  return result->finding.generation;
}

uint64_t crlite_result_data_time_ms(const crlite_result* result) {
  return result->finding.data_time_ms;
}

uint64_t crlite_result_data_age_ms(const crlite_result* result) { return result->data_age_ms; }

const char* crlite_result_trouble(const crlite_result* result) {
  const char* const trouble = result->finding.trouble;
  return trouble == nullptr ? "" : trouble;
}
