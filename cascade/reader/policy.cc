#include "cascade/reader/policy.h"

namespace crlite {
namespace {

constexpr uint8_t kLastMode = static_cast<uint8_t>(Mode::kEnforce);
constexpr uint8_t kLastAction = static_cast<uint8_t>(Action::kDeny);

Action ActionFor(const Policy& policy, DataState state) {
  switch (state) {
    case DataState::kFresh:
      return Action::kAllow;
    case DataState::kStale:
      return policy.stale;
    case DataState::kNeverProvisioned:
      return policy.never_provisioned;
    case DataState::kDamaged:
      return policy.damaged;
  }
  return Action::kAllow;
}

bool WasDecidedBeforeData(Reason reason) {
  return reason != Reason::kFilters && reason != Reason::kNoSnapshot && reason != Reason::kDamaged;
}

}  // namespace

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

bool ParseMode(const char* text, Mode* out) {
  for (Mode mode : {Mode::kOff, Mode::kShadow, Mode::kEnforce}) {
    if (strcmp(text, ModeName(mode)) != 0) continue;
    *out = mode;
    return true;
  }
  return false;
}

const char* DataStateName(DataState state) {
  switch (state) {
    case DataState::kFresh:
      return "fresh";
    case DataState::kStale:
      return "stale";
    case DataState::kNeverProvisioned:
      return "never-provisioned";
    case DataState::kDamaged:
      return "damaged";
  }
  return "";
}

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRevoked:
      return "Revoked";
    case Outcome::kNotRevoked:
      return "NotRevoked";
    case Outcome::kNotEnrolled:
      return "NotEnrolled";
    case Outcome::kNotCovered:
      return "NotCovered";
    case Outcome::kNoData:
      return "NoData";
  }
  return "NoData";
}

const char* ReasonText(Reason reason) {
  switch (reason) {
    case Reason::kFilters:
      return "answered by the filters";
    case Reason::kChainTooShort:
      return "the chain has no issuer certificate";
    case Reason::kNoCertificate:
      return "the peer showed no certificate";
    case Reason::kNoSct:
      return "no parseable embedded SCT";
    case Reason::kCrlPath:
      return "the chain belongs to the signer of a CRL";
    case Reason::kOutsideValidity:
      return "the certificate is outside its validity period";
    case Reason::kMalformed:
      return "the certificate could not be read";
    case Reason::kNoSnapshot:
      return "there is no snapshot with filters";
    case Reason::kDamaged:
      return "the snapshot is damaged";
  }
  return "";
}

void EncodePolicy(const Policy& policy, uint8_t out[kEncodedPolicySize]) {
  memset(out, 0, kEncodedPolicySize);
  out[0] = static_cast<uint8_t>(policy.mode);
  out[1] = policy.insist ? 1 : 0;
  out[2] = static_cast<uint8_t>(policy.never_provisioned);
  out[3] = static_cast<uint8_t>(policy.stale);
  out[4] = static_cast<uint8_t>(policy.damaged);
  for (int i = 0; i < 4; ++i) out[8 + i] = static_cast<uint8_t>(policy.stale_after_s >> (8 * i));
}

bool DecodePolicy(Bytes encoded, Policy* out) {
  if (encoded.size() != kEncodedPolicySize) return false;
  const uint8_t* p = encoded.data();
  if (p[0] > kLastMode || p[1] > 1 || p[2] > kLastAction || p[3] > kLastAction ||
      p[4] > kLastAction) {
    return false;
  }
  if (p[5] != 0 || p[6] != 0 || p[7] != 0 || LoadLe32(p + 12) != 0) return false;
  out->mode = static_cast<Mode>(p[0]);
  out->insist = p[1] == 1;
  out->never_provisioned = static_cast<Action>(p[2]);
  out->stale = static_cast<Action>(p[3]);
  out->damaged = static_cast<Action>(p[4]);
  out->stale_after_s = LoadLe32(p + 8);
  return true;
}

DataState FreshnessOf(const Policy& policy, uint64_t data_time_ms, uint64_t now_ms) {
  const uint64_t age_ms = now_ms > data_time_ms ? now_ms - data_time_ms : 0;
  return age_ms / 1000 > policy.stale_after_s ? DataState::kStale : DataState::kFresh;
}

Mode EffectiveMode(const Policy& policy, bool has_requested, Mode requested) {
  if (!has_requested || (policy.insist && requested < policy.mode)) return policy.mode;
  return requested;
}

Decision Decide(const Policy& policy, Mode mode, DataState state, const Verdict& verdict) {
  Decision decision;
  if (mode == Mode::kOff || WasDecidedBeforeData(verdict.reason)) return decision;
  if (verdict.outcome == Outcome::kRevoked) {
    decision.report = Refusal::kRevoked;
    decision.refusal = Refusal::kRevoked;
  } else {
    const Action action = ActionFor(policy, state);
    if (action != Action::kAllow) decision.report = Refusal::kNoData;
    if (action == Action::kDeny) decision.refusal = Refusal::kNoData;
  }
  if (mode == Mode::kShadow) {
    decision.is_withheld = decision.refusal != Refusal::kNone;
    decision.refusal = Refusal::kNone;
  }
  return decision;
}

Decision Exempted(const Decision& decision) {
  Decision exempted = decision;
  exempted.refusal = Refusal::kNone;
  exempted.is_withheld = false;
  exempted.is_exempt = decision.report != Refusal::kNone;
  return exempted;
}

}  // namespace crlite
