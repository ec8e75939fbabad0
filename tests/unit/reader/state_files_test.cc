#include "cascade/reader/state_files.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace crlite {
namespace {

Policy UnusualPolicy() {
  Policy policy;
  policy.mode = Mode::kShadow;
  policy.insist = true;
  policy.never_provisioned = Action::kReport;
  policy.stale = Action::kDeny;
  policy.damaged = Action::kAllow;
  policy.stale_after_s = 0x12345678;
  return policy;
}

TEST(Provisioned, CarriesThePolicy) {
  uint8_t file[kProvisionedFileSize];
  EncodeProvisioned(UnusualPolicy(), file);
  Policy policy;
  ASSERT_TRUE(DecodeProvisioned(file, &policy));
  uint8_t before[kEncodedPolicySize], after[kEncodedPolicySize];
  EncodePolicy(UnusualPolicy(), before);
  EncodePolicy(policy, after);
  EXPECT_TRUE(SameBytes(before, after));
}

TEST(Provisioned, RefusesAnyChangedBit) {
  uint8_t file[kProvisionedFileSize];
  EncodeProvisioned(UnusualPolicy(), file);
  for (size_t bit = 0; bit < 8 * kProvisionedFileSize; ++bit) {
    uint8_t damaged[kProvisionedFileSize];
    std::copy(std::begin(file), std::end(file), damaged);
    damaged[bit / 8] = static_cast<uint8_t>(damaged[bit / 8] ^ 1 << (bit % 8));
    Policy policy;
    policy.stale_after_s = 99;
    ASSERT_FALSE(DecodeProvisioned(damaged, &policy)) << "bit " << bit;
    ASSERT_EQ(policy.stale_after_s, 99u);
  }
}

TEST(Provisioned, RefusesOtherSizes) {
  uint8_t file[kProvisionedFileSize + 1] = {};
  EncodeProvisioned(UnusualPolicy(), file);
  Policy policy;
  for (size_t size = 0; size < kProvisionedFileSize; ++size) {
    EXPECT_FALSE(DecodeProvisioned(Bytes(file).first(size), &policy)) << size;
  }
  EXPECT_FALSE(DecodeProvisioned(file, &policy));
}

}  // namespace
}  // namespace crlite
