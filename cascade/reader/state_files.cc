#include "cascade/reader/state_files.h"

#include "cascade/reader/sha256.h"

namespace crlite {
namespace {

constexpr size_t kPolicyAt = sizeof kProvisionedMagic;
constexpr size_t kChecksumAt = kPolicyAt + kEncodedPolicySize;
constexpr size_t kChecksumSize = kProvisionedFileSize - kChecksumAt;

}  // namespace

void EncodeProvisioned(const Policy& policy, uint8_t out[kProvisionedFileSize]) {
  memcpy(out, kProvisionedMagic, sizeof kProvisionedMagic);
  EncodePolicy(policy, out + kPolicyAt);
  memcpy(out + kChecksumAt, Sha256::Hash(Bytes(out, kChecksumAt)).bytes, kChecksumSize);
}

bool DecodeProvisioned(Bytes content, Policy* out) {
  if (content.size() != kProvisionedFileSize) return false;
  if (memcmp(content.data(), kProvisionedMagic, sizeof kProvisionedMagic) != 0) return false;
  const Sha256Digest digest = Sha256::Hash(content.first(kChecksumAt));
  if (memcmp(digest.bytes, content.data() + kChecksumAt, kChecksumSize) != 0) return false;
  return DecodePolicy(content.subspan(kPolicyAt, kEncodedPolicySize), out);
}

}  // namespace crlite
