#include "cascade/live/finding.h"

#include <time.h>

namespace crlite {
namespace {

// Whether an exemption of this key is in force; out->exemption tells which.
bool IsExempt(const Snapshot& snapshot, const ExemptionKey& key, uint64_t now_ms, Finding* out) {
  const uint64_t until_ms = snapshot.ExemptUntilMs(key);
  if (!IsExemptionInForce(until_ms, now_ms)) return false;
  out->exemption = key;
  return true;
}

// Looks for an exemption of the certificate, then for one of its key.
bool FindExemption(const Snapshot& snapshot, LeafKeySource leaf_key, uint64_t now_ms,
                   Finding* out) {
  if (snapshot.num_exemptions() == 0) return false;
  const LeafQuestion& question = out->question;
  if (IsExempt(snapshot, CertificateExemptionKey(question.issuer, question.Serial()), now_ms,
               out)) {
    return true;
  }
  uint8_t hash[kHashSize];
  return leaf_key.hash != nullptr && leaf_key.hash(leaf_key.context, hash) &&
         IsExempt(snapshot, LeafKeyExemptionKey(hash), now_ms, out);
}

void CopyFilterName(const Snapshot& snapshot, Finding* out) {
  if (out->verdict.filter == Verdict::kNone) return;
  const Bytes name = snapshot.filter_name(out->verdict.filter);
  out->filter_size = name.size() < sizeof out->filter ? name.size() : sizeof out->filter;
  if (out->filter_size != 0) memcpy(out->filter, name.data(), out->filter_size);
}

}  // namespace

WallClock ReadWallClock() {
  timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec < 0) return {now.tv_sec, 0};
  return {now.tv_sec,
          static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1000000};
}

void DescribeData(const StateData& data, RequestedMode mode, uint64_t now_ms, Finding* out) {
  out->insist = data.policy.insist;
  out->mode = EffectiveMode(data.policy, mode.is_set, mode.mode);
  out->state = data.state;
  out->trouble = data.trouble;
  if (!data.mapping) return;
  out->generation = data.snapshot.generation();
  out->data_time_ms = data.snapshot.data_time_ms();
  if (data.state == DataState::kFresh) {
    out->state = FreshnessOf(data.policy, out->data_time_ms, now_ms);
  }
}

void Judge(const StateData& data, LeafKeySource leaf_key, uint64_t now_ms, Finding* out) {
  if (data.mapping) {
    out->verdict = data.snapshot.Check(out->question.AsQuery());
    CopyFilterName(data.snapshot, out);
  } else if (data.state == DataState::kDamaged) {
    out->verdict.reason = Reason::kDamaged;
  }
  // Damage may show itself only where it lies.
  if (out->verdict.reason == Reason::kDamaged) {
    out->state = DataState::kDamaged;
    if (out->trouble == nullptr) out->trouble = "contradicts itself";
  }
  out->decision = Decide(data.policy, out->mode, out->state, out->verdict);
  if (out->decision.report != Refusal::kNone && data.mapping &&
      FindExemption(data.snapshot, leaf_key, now_ms, out)) {
    out->decision = Exempted(out->decision);
  }
}

}  // namespace crlite
