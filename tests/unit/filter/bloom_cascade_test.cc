#include "cascade/filter/bloom_cascade.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cascade/filter/murmur3.h"
#include "cascade/reader/sha256.h"
#include "tests/unit/filter/sample_clubcards.h"

namespace crlite {
namespace {

using HashAlgorithm = BloomCascade::HashAlgorithm;

Bytes TextBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST(Murmur3, GivesTheKnownAnswers) {
  EXPECT_EQ(Murmur3({}, 0), 0u);
  EXPECT_EQ(Murmur3({}, 1), 0x514e28b7u);
  EXPECT_EQ(Murmur3({}, 0xffffffff), 0x81f16f39u);
  EXPECT_EQ(Murmur3(TextBytes("test"), 0), 0xba6bd213u);
  EXPECT_EQ(Murmur3(TextBytes("Hello, world!"), 0), 0xc0363e43u);
  EXPECT_EQ(Murmur3(TextBytes("The quick brown fox jumps over the lazy dog"), 0x9747b28c),
            0x2fa826cdu);
}

// A cascade whose layers have every bit set.
BloomCascade FullLayers(HashAlgorithm algorithm, std::vector<uint32_t> sizes) {
  BloomCascade cascade;
  cascade.algorithm = algorithm;
  for (uint32_t size : sizes) {
    cascade.layers.push_back({size, 1, std::vector<uint8_t>((size + 7) / 8, 0xff)});
  }
  return cascade;
}

void ClearBit(BloomCascade::Layer* layer, uint32_t bit) {
  layer->bytes[bit / 8] = static_cast<uint8_t>(layer->bytes[bit / 8] & ~(1u << (bit % 8)));
}

TEST(BloomCascade, EveryFullLayerTurnsTheAnswer) {
  for (HashAlgorithm algorithm :
       {HashAlgorithm::kMurmur3, HashAlgorithm::kSha256, HashAlgorithm::kSha256Counter}) {
    EXPECT_TRUE(FullLayers(algorithm, {8}).Contains(TextBytes("key")));
    EXPECT_FALSE(FullLayers(algorithm, {8, 9}).Contains(TextBytes("key")));
    BloomCascade cascade = FullLayers(algorithm, {8, 9, 10});
    EXPECT_TRUE(cascade.Contains(TextBytes("key")));
    cascade.inverted = true;
    EXPECT_FALSE(cascade.Contains(TextBytes("key")));
  }
}

TEST(BloomCascade, StopsAtTheFirstLayerWithAnUnsetBit) {
  BloomCascade cascade = FullLayers(HashAlgorithm::kMurmur3, {1, 1, 1});
  cascade.layers[1].bytes = {0xfe};
  EXPECT_TRUE(cascade.Contains(TextBytes("key")));
  cascade.layers[0].bytes = {0xfe};
  EXPECT_FALSE(cascade.Contains(TextBytes("key")));
}

TEST(BloomCascade, Murmur3SeedIsMadeOfFunctionAndLayer) {
  BloomCascade cascade = FullLayers(HashAlgorithm::kMurmur3, {1000, 1000});
  cascade.layers[1].num_hashes = 3;
  const Bytes key = TextBytes("some key");
  ClearBit(&cascade.layers[1], Murmur3(key, (2 << 16) + 2) % 1000);
  EXPECT_TRUE(cascade.Contains(key));
}

TEST(BloomCascade, Sha256HashesSaltFunctionLayerAndKey) {
  BloomCascade cascade = FullLayers(HashAlgorithm::kSha256, {1000});
  cascade.salt = {'s'};
  cascade.layers[0].num_hashes = 2;
  const auto digest = Sha256::Hash(TextBytes(std::string_view("s\1\0\0\0\1key", 9)));
  EXPECT_TRUE(cascade.Contains(TextBytes("key")));
  ClearBit(&cascade.layers[0], LoadLe32(digest.bytes) % 1000);
  EXPECT_FALSE(cascade.Contains(TextBytes("key")));
}

TEST(BloomCascade, Sha256CounterStreamGoesOnOverFunctionsAndLayers) {
  // Three bytes a position for 2^16 + 1 bits: 11 positions use up the first block's 32 bytes and
  // take one of the second's.
  constexpr uint32_t kSize = 65537;
  BloomCascade cascade = FullLayers(HashAlgorithm::kSha256Counter, {kSize, kSize});
  cascade.salt = {'s'};
  cascade.layers[0].num_hashes = 10;
  const auto block0 = Sha256::Hash(TextBytes(std::string_view("\0\0\0\0skey", 8)));
  const auto block1 = Sha256::Hash(TextBytes(std::string_view("\1\0\0\0skey", 8)));
  const uint32_t eleventh =
      static_cast<uint32_t>(block0.bytes[30] | block0.bytes[31] << 8 | block1.bytes[0] << 16);
  EXPECT_FALSE(cascade.Contains(TextBytes("key")));
  ClearBit(&cascade.layers[1], eleventh % kSize);
  EXPECT_TRUE(cascade.Contains(TextBytes("key")));
}

TEST(BloomCascade, AsksByIssuerAndSerialWhateverTheScts) {
  const std::vector<uint8_t> serial = {1, 2};
  std::vector<uint8_t> key(34, 0xaa);
  std::copy(serial.begin(), serial.end(), key.begin() + 32);
  BloomCascade cascade = FullLayers(HashAlgorithm::kMurmur3, {1000});
  EXPECT_EQ(cascade.Ask({IssuerOf(0xaa), serial, {}}), FilterStatus::kRevoked);
  ClearBit(&cascade.layers[0], Murmur3(key, 1) % 1000);
  EXPECT_EQ(cascade.Ask({IssuerOf(0xaa), serial, {}}), FilterStatus::kGood);
}

// version 2, inverted, salt "s"; a layer of 9 bits and 1 hash, one of 1 bit and 2 hashes.
constexpr char kFile[] =
    "0200"
    "01"
    "01"
    "73"
    "01"
    "09000000"
    "01000000"
    "01"
    "ff01"
    "01"
    "01000000"
    "02000000"
    "02"
    "00";

TEST(ReadBloomCascade, ReadsEveryField) {
  const auto cascade = ReadBloomCascade(FromHexOrDie(kFile));
  ASSERT_TRUE(cascade.ok()) << cascade.error().message;
  EXPECT_EQ((*cascade)->version, 2u);
  EXPECT_TRUE((*cascade)->inverted);
  EXPECT_EQ((*cascade)->salt, std::vector<uint8_t>{'s'});
  ASSERT_EQ((*cascade)->layers.size(), 2u);
  EXPECT_EQ((*cascade)->layers[0].size, 9u);
  EXPECT_EQ((*cascade)->layers[0].bytes, (std::vector<uint8_t>{0xff, 1}));
  EXPECT_EQ((*cascade)->layers[1].num_hashes, 2u);
  const FilterDescription description = (*cascade)->Describe();
  EXPECT_EQ(description.kind, "Bloom cascade v2");
  EXPECT_TRUE(description.cascade_inverted);
  EXPECT_EQ(description.layers[0].bits, 9u);
}

TEST(ReadBloomCascade, OldVersionsHaveNoHeader) {
  for (const char* version : {"0000", "0100"}) {
    const auto cascade = ReadBloomCascade(FromHexOrDie(std::string(version) + "01"
                                                                              "08000000"
                                                                              "01000000"
                                                                              "01"
                                                                              "ff"));
    ASSERT_TRUE(cascade.ok()) << cascade.error().message;
    EXPECT_FALSE((*cascade)->inverted);
  }
}

TEST(ReadBloomCascade, RefusesEveryTruncationButTheOneBetweenLayers) {
  const auto file = FromHexOrDie(kFile);
  for (size_t length = 0; length < file.size(); ++length) {
    const auto cascade = ReadBloomCascade(Bytes(file).first(length));
    EXPECT_EQ(cascade.ok(), length == 17) << length;
    if (!cascade.ok()) {
      EXPECT_NE(cascade.error().message.find(" at offset "), std::string::npos);
    }
  }
}

TEST(ReadBloomCascade, RefusesWhatTheFormatForbids) {
  const struct {
    size_t offset;
    uint8_t value;
    const char* message;
  } kCases[] = {
      {0, 3, "file: version 3 at offset 0, at most 2 wanted"},
      {2, 2, "header: inverted 2 at offset 2, at most 1 wanted"},
      {3, 99, "header: salt at offset 4, 99 bytes wanted, the file has 24 left"},
      {5, 0, "layer 1: hash algorithm 0 at offset 5, 1 to 3 wanted"},
      {5, 4, "layer 1: hash algorithm 4 at offset 5, at most 3 wanted"},
      {6, 0, "layer 1: size 0 at offset 6, at least 1 bit wanted"},
      {9, 0xff, "layer 1: bits at offset 15, 534773762 bytes wanted, the file has 13 left"},
      {10, 65, "layer 1: number of hashes 65 at offset 10, at most 64 wanted"},
      {14, 2, "layer 1: layer number 2 at offset 14, 1 wanted"},
      {17, 2, "layer 2: hash algorithm 2 at offset 17, 1 wanted"},
      {26, 1, "layer 2: layer number 1 at offset 26, 2 wanted"},
  };
  for (const auto& test : kCases) {
    auto file = FromHexOrDie(kFile);
    file[test.offset] = test.value;
    const auto cascade = ReadBloomCascade(file);
    ASSERT_FALSE(cascade.ok()) << test.message;
    EXPECT_EQ(cascade.error().message, test.message);
  }
}

TEST(ReadBloomCascade, HasAtMost254Layers) {
  std::vector<uint8_t> file = {1, 0};
  for (unsigned number = 1; number <= 255; ++number) {
    EXPECT_EQ(ReadBloomCascade(file).ok(), number > 1) << number;
    file.insert(file.end(), {1, 1, 0, 0, 0, 1, 0, 0, 0});
    file.push_back(static_cast<uint8_t>(number));
    file.push_back(1);
  }
  const auto cascade = ReadBloomCascade(file);
  ASSERT_FALSE(cascade.ok());
  EXPECT_EQ(cascade.error().message, "layer 255: start at offset 2796, at most 254 layers wanted");
}

}  // namespace
}  // namespace crlite
