#include "cascade/snapshot/self_test.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

#include "cascade/reader/snapshot.h"
#include "cascade/snapshot/compiler.h"

namespace crlite {
namespace {

std::vector<uint8_t> CompiledAlone() { return std::move(CompileSnapshot({})).value(); }

Outcome AskFor(Bytes file, Bytes serial) {
  Snapshot snapshot;
  EXPECT_EQ(Snapshot::Open(file, &snapshot), SnapshotError::kNone);
  const Sct sct = {self_test::kLog, 1};
  return snapshot.Check({self_test::kIssuer, serial, {&sct, 1}}).outcome;
}

TEST(SelfTest, EverySnapshotKnowsOneRevokedAndOneGoodSerial) {
  const std::vector<uint8_t> file = CompiledAlone();
  EXPECT_EQ(AskFor(file, self_test::RevokedSerial()), Outcome::kRevoked);
  EXPECT_EQ(AskFor(file, self_test::GoodSerial()), Outcome::kNotRevoked);
}

TEST(SelfTest, IssuerHashIsThatOfThePublishedKey) {
  const std::string_view label = "crlite self-test issuer";
  uint8_t scalar[32];
  SHA256(reinterpret_cast<const uint8_t*>(label.data()), label.size(), scalar);
  EXPECT_EQ(memcmp(scalar, self_test::kPrivateKey, sizeof scalar), 0);

  EC_GROUP* group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  EC_POINT* point = EC_POINT_new(group);
  BIGNUM* number = BN_bin2bn(scalar, sizeof scalar, nullptr);
  ASSERT_EQ(EC_POINT_mul(group, point, number, nullptr, nullptr, nullptr), 1);
  uint8_t encoded[65];
  ASSERT_EQ(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, encoded, 65, nullptr),
            65u);
  // SubjectPublicKeyInfo of an uncompressed P-256 point (RFC 5480).
  std::vector<uint8_t> spki = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                               0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                               0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
  spki.insert(spki.end(), encoded, encoded + 65);
  EXPECT_EQ(memcmp(Sha256::Hash(spki).bytes, self_test::kIssuer.bytes, kHashSize), 0);
  BN_free(number);
  EC_POINT_free(point);
  EC_GROUP_free(group);
}

// What a self-test relies on: damage in its columns changes an answer.
TEST(SelfTest, NoticesDamagedColumns) {
  const std::vector<uint8_t> file = CompiledAlone();
  size_t noticed = 0;
  for (size_t at = file.size() - 136; at < file.size(); ++at) {
    std::vector<uint8_t> damaged = file;
    damaged[at] ^= 0xff;
    if (AskFor(damaged, self_test::RevokedSerial()) != Outcome::kRevoked ||
        AskFor(damaged, self_test::GoodSerial()) != Outcome::kNotRevoked) {
      ++noticed;
    }
  }
  // Three columns of 32 bytes; one flipped byte stays unseen for both serials in about one of four.
  EXPECT_GT(noticed, 48u);
}

}  // namespace
}  // namespace crlite
