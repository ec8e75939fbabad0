#include "provider/check.h"

#include <time.h>

#include "provider/store.h"

namespace crlite {
namespace {

void AskData(const StateData& data, int64_t now, const Settings& settings, Finding* out) {
  out->insist = data.policy.insist;
  out->mode = EffectiveMode(data.policy, settings.has_mode, settings.mode);
  if (out->mode == Mode::kOff) return;
  out->state = data.state;
  out->trouble = data.trouble;
  if (data.mapping) {
    out->verdict = data.snapshot.Check(out->question.AsQuery());
    out->generation = data.snapshot.generation();
    if (data.state == DataState::kFresh) {
      const uint64_t now_ms = now < 0 ? 0 : static_cast<uint64_t>(now) * 1000;
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
  clock_gettime(CLOCK_REALTIME, &now);
  const Reason reason = AskAboutLeaf(api, ctx, now.tv_sec, &out->question);
  if (reason != Reason::kFilters) {
    // Allowed under every policy, so that no data need be looked at.
    out->verdict = {Outcome::kNotCovered, reason};
    return;
  }
  const StoreReader reader;
  AskData(reader.data(), now.tv_sec, settings, out);
}

}  // namespace crlite
