#include "provider/check.h"

#include <time.h>

#include "provider/store.h"

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
bool FindExemption(const Libcrypto& api, X509_STORE_CTX* ctx, const Snapshot& snapshot,
                   uint64_t now_ms, Finding* out) {
  if (snapshot.num_exemptions() == 0) return false;
  const LeafQuestion& question = out->question;
  if (IsExempt(snapshot, CertificateExemptionKey(question.issuer, question.Serial()), now_ms,
               out)) {
    return true;
  }
  uint8_t leaf_key[kHashSize];
  return HashLeafKey(api, ctx, leaf_key) &&
         IsExempt(snapshot, LeafKeyExemptionKey(leaf_key), now_ms, out);
}

// Everything but exemptions.
void AskData(const StateData& data, uint64_t now_ms, const Settings& settings, Finding* out) {
  out->insist = data.policy.insist;
  out->mode = EffectiveMode(data.policy, settings.has_mode, settings.mode);
  if (out->mode == Mode::kOff) return;
  out->state = data.state;
  out->trouble = data.trouble;
  if (data.mapping) {
    out->verdict = data.snapshot.Check(out->question.AsQuery());
    out->generation = data.snapshot.generation();
    if (data.state == DataState::kFresh) {
      out->state = FreshnessOf(data.policy, data.snapshot.data_time_ms(), now_ms);
    }
  } else if (data.state == DataState::kDamaged) {
    out->verdict.reason = Reason::kDamaged;
  }
  // Damage may show itself only where it lies.
  if (out->verdict.reason == Reason::kDamaged) out->state = DataState::kDamaged;
  if (out->verdict.filter != Verdict::kNone) {
    const Bytes name = data.snapshot.filter_name(out->verdict.filter);
    out->filter_size = name.size() < sizeof out->filter ? name.size() : sizeof out->filter;
    if (out->filter_size != 0) memcpy(out->filter, name.data(), out->filter_size);
  }
  out->decision = Decide(data.policy, out->mode, out->state, out->verdict);
}

}  // namespace

void CheckChain(const Libcrypto& api, X509_STORE_CTX* ctx, const Settings& settings, Finding* out) {
  timespec now;
  // As exact as libcrypto's own clock, time(); no system call even where the fine one needs it.
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  const Reason reason = AskAboutLeaf(api, ctx, now.tv_sec, &out->question);
  if (reason != Reason::kFilters) {
    // Allowed under every policy, so that no data need be looked at.
    out->verdict = {Outcome::kNotCovered, reason};
    return;
  }
  const StoreReader reader;
  const StateData& data = reader.data();
  const uint64_t now_ms = now.tv_sec < 0 ? 0
                                         : static_cast<uint64_t>(now.tv_sec) * 1000 +
                                               static_cast<uint64_t>(now.tv_nsec) / 1000000;
  AskData(data, now_ms, settings, out);
  if (out->decision.report != Refusal::kNone && data.mapping &&
      FindExemption(api, ctx, data.snapshot, now_ms, out)) {
    out->decision = Exempted(out->decision);
  }
}

}  // namespace crlite
