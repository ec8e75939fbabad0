#include "cascade/reader/sha256.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <string>
#include <vector>

#include "cascade/base/hex.h"
#include "cascade/reader/cpu.h"

namespace crlite {
namespace {

Bytes AsBytes(const std::string& text) {
  return Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

std::string HashHex(const std::string& text) { return ToHex(Sha256::Hash(AsBytes(text)).bytes); }

std::string LibcryptoHex(Bytes data) {
  uint8_t digest[kHashSize];
  SHA256(data.data(), data.size(), digest);
  return ToHex(digest);
}

std::vector<uint8_t> Pattern(size_t size) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 167 + (i >> 8) + 13);
  return bytes;
}

// FIPS 180-4 examples and NIST's byte-oriented vectors (SHA256ShortMsg).
TEST(Sha256, GivesNistAnswers) {
  EXPECT_EQ(HashHex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HashHex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HashHex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(HashHex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmn"
                    "opqklmnopqrlmnopqrsmnopqrstnopqrstu"),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(HashHex("\xd3"), "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
}

TEST(Sha256, GivesNistAnswerForAMillionBytes) {
  EXPECT_EQ(HashHex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, AgreesWithLibcryptoAtEveryLength) {
  const std::vector<uint8_t> bytes = Pattern(301);
  for (size_t length = 0; length <= 300; ++length) {
    const Bytes data = Bytes(bytes).first(length);
    ASSERT_EQ(ToHex(Sha256::Hash(data).bytes), LibcryptoHex(data)) << length;
  }
}

TEST(Sha256, DoesNotDependOnHowTheInputIsSplit) {
  const std::vector<uint8_t> bytes = Pattern(200);
  const std::string whole = LibcryptoHex(bytes);
  for (size_t first = 0; first <= 200; ++first) {
    const Bytes head = Bytes(bytes).first(first), tail = Bytes(bytes).subspan(first);
    ASSERT_EQ(ToHex(Sha256::Hash(head, tail).bytes), whole) << first;
    Sha256 byte_by_byte;
    byte_by_byte.Update(head);
    for (const uint8_t byte : tail) byte_by_byte.Update(Bytes(&byte, 1));
    ASSERT_EQ(ToHex(byte_by_byte.Final().bytes), whole) << first;
  }
}

TEST(Sha256, CopyContinuesFromTheSamePoint) {
  const std::vector<uint8_t> bytes = Pattern(150);
  Sha256 original;
  original.Update(Bytes(bytes).first(70));
  Sha256 copy = original;
  original.Update(Bytes(bytes).subspan(70));
  copy.Update(Bytes(bytes).subspan(70));
  EXPECT_EQ(ToHex(original.Final().bytes), LibcryptoHex(bytes));
  EXPECT_EQ(ToHex(copy.Final().bytes), LibcryptoHex(bytes));
}

TEST(Sha256, BothCompressionFunctionsAgree) {
  if ((CpuFeatures() & kCpuShaNi) == 0) GTEST_SKIP() << "skipped: this processor has no SHA-NI";
  const std::vector<uint8_t> blocks = Pattern(64 * 40);
  for (size_t num_blocks = 0; num_blocks <= 40; ++num_blocks) {
    uint32_t portable[8], ni[8];
    for (uint32_t i = 0; i < 8; ++i) portable[i] = ni[i] = 0x9e3779b9 * (i + 1);
    sha256_internal::CompressPortable(portable, blocks.data(), num_blocks);
    sha256_internal::CompressNi(ni, blocks.data(), num_blocks);
    for (int i = 0; i < 8; ++i) ASSERT_EQ(portable[i], ni[i]) << num_blocks << " blocks";
  }
}

// Where there is no SHA-NI the tests above prove the portable function; here it is proven anywhere.
TEST(Sha256, PortableCompressionGivesFipsExample) {
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t block[64] = {'a', 'b', 'c', 0x80};
  block[63] = 24;
  sha256_internal::CompressPortable(state, block, 1);
  EXPECT_EQ(state[0], 0xba7816bfu);
  EXPECT_EQ(state[7], 0xf20015adu);
}

TEST(Sha256, HashesPairsAsItHashesEach) {
  std::vector<uint8_t> text(200);
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<uint8_t>(7 * i + 1);
  const auto expect_same = [&](size_t prefix_size, size_t first_size, size_t second_size) {
    const Bytes prefix = Bytes(text).first(prefix_size);
    const Bytes first = Bytes(text).subspan(64, first_size);
    const Bytes second = Bytes(text).subspan(65, second_size);
    Sha256Digest digests[2];
    Sha256::HashPair(prefix, first, second, digests);
    EXPECT_TRUE(SameBytes(digests[0].bytes, Sha256::Hash(prefix, first).bytes));
    EXPECT_TRUE(SameBytes(digests[1].bytes, Sha256::Hash(prefix, second).bytes));
  };
  for (const size_t prefix_size : {0, 1, 32, 55, 56, 64}) {
    for (size_t size = 0; size < 60; ++size) {
      expect_same(prefix_size, size, 5);
      expect_same(prefix_size, 5, size);
    }
  }
}

}  // namespace
}  // namespace crlite
