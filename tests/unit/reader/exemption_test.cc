#include "cascade/reader/exemption.h"

#include <gtest/gtest.h>

#include "cascade/base/hex.h"

namespace crlite {
namespace {

IssuerSpkiHash HashOf(uint8_t value) {
  IssuerSpkiHash hash;
  memset(hash.bytes, value, sizeof hash.bytes);
  return hash;
}

// Computed with Python's hashlib.
TEST(ExemptionKey, IsTheDocumentedHash) {
  const uint8_t serial[] = {0x00, 0xda, 0x4f};
  EXPECT_EQ(ToHex(CertificateExemptionKey(HashOf(0xab), serial).bytes),
            "a1786d0af35e798eee9f1511533a462b585592e1be36c5e8cdd02c156d63b3fb");
  EXPECT_EQ(ToHex(LeafKeyExemptionKey(HashOf(0xab).bytes).bytes),
            "91534e0f3b363f212125acce3d6fe7999692313a3231122cdf16d8e689182874");
}

TEST(ExemptionKey, DependsOnEveryPart) {
  const uint8_t one[] = {0x01}, padded[] = {0x00, 0x01};
  const ExemptionKey key = CertificateExemptionKey(HashOf(1), one);
  EXPECT_FALSE(key == CertificateExemptionKey(HashOf(1), padded));
  EXPECT_FALSE(key == CertificateExemptionKey(HashOf(2), one));
  EXPECT_FALSE(CertificateExemptionKey(HashOf(1), {}) == LeafKeyExemptionKey(HashOf(1).bytes))
      << "an issuer is not exempt by its key";
}

TEST(Exemption, IsInForceUpToItsLastMillisecond) {
  EXPECT_TRUE(IsExemptionInForce(1000, 999));
  EXPECT_TRUE(IsExemptionInForce(1000, 1000));
  EXPECT_FALSE(IsExemptionInForce(1000, 1001));
  EXPECT_FALSE(IsExemptionInForce(0, 0)) << "there is none";
}

}  // namespace
}  // namespace crlite
