#include "provider/check.h"

#include "provider/process.h"

namespace crlite {
namespace {

struct LeafKey {
  const Libcrypto& api;
  X509_STORE_CTX* ctx;
};

bool HashKey(const void* context, uint8_t out[kHashSize]) {
  const auto* leaf = static_cast<const LeafKey*>(context);
  return HashLeafKey(leaf->api, leaf->ctx, out);
}

}  // namespace

void CheckChain(const Libcrypto& api, X509_STORE_CTX* ctx, const Settings& settings, Finding* out) {
  const WallClock now = ReadWallClock();
  const Reason reason = AskAboutLeaf(api, ctx, now.seconds, &out->question);
  if (reason != Reason::kFilters) {
    // Allowed under every policy, so that no data need be looked at.
    out->verdict = {Outcome::kNotCovered, reason};
    return;
  }
  const StoreReader reader(ProcessStore());
  DescribeData(reader.data(), settings.mode, now.ms, out);
  if (out->mode == Mode::kOff) return;
  const LeafKey leaf = {api, ctx};
  Judge(reader.data(), {HashKey, &leaf}, now.ms, out);
}

}  // namespace crlite
