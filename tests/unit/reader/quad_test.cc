#include "cascade/reader/quad.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "cascade/reader/cpu.h"
#include "cascade/snapshot/little_endian.h"

namespace crlite {

using namespace snapshot_format;

namespace {

// Blocks of all sizes in one blob, their columns of random bits with few ones, so that many pass.
struct Blocks {
  std::vector<uint8_t> blob, rows;
  std::vector<uint32_t> m;

  Blocks(std::mt19937_64* random, size_t count) : blob((*random)() % 64), rows(count * kRowSize) {
    for (size_t i = 0; i < count; ++i) {
      m.push_back(1 + static_cast<uint32_t>((*random)() % (i % 2 == 0 ? 12 : 3000)));
      uint8_t* row = rows.data() + i * kRowSize;
      StoreLe(row, Reciprocal(m[i]));
      StoreLe(row + 8, m[i]);
      StoreLe(row + 12, static_cast<uint32_t>(blob.size()));
      blob.resize(blob.size() + kQuadColumns * WindowBytes(m[i]));
    }
    for (uint8_t& byte : blob) {
      byte = static_cast<uint8_t>((*random)() % 64 == 0 ? 1 << (*random)() % 8 : 0);
    }
    blob.resize(blob.size() + kQuadColumns);  // a quad is read one byte of each column too far
  }

  // One bit after the other.
  bool Passes(size_t i, const EquationKey& key) const {
    const size_t place = LoadLe32(rows.data() + i * kRowSize + 12);
    for (size_t column = 0; column < kQuadColumns; ++column) {
      int sum = 0;
      for (size_t j = 0; j < 256; ++j) {
        const size_t bit = key.position % m[i] + j;
        const bool is_set = (blob[place + kQuadColumns * (bit / 8) + column] >> (bit % 8) & 1) != 0;
        sum += is_set && (key.a[j / 64] >> (j % 64) & 1) != 0 ? 1 : 0;
      }
      if (sum % 2 != 0) return false;
    }
    return true;
  }
};

EquationKey RandomKey(std::mt19937_64* random) {
  uint8_t digest[kHashSize];
  for (uint8_t& byte : digest) byte = static_cast<uint8_t>((*random)());
  return MakeEquationKey(digest);
}

using Test = decltype(&TestQuads);
class Quads : public testing::TestWithParam<Test> {
 protected:
  void SetUp() override {
    if (GetParam() == quad_internal::TestAvx2 && (CpuFeatures() & kCpuAvx2) == 0) {
      GTEST_SKIP() << "skipped: this processor has no AVX2";
    }
  }
  // Whether the test went through; *survivors are the numbers of those that pass.
  bool Run(Bytes blob, Bytes rows, const EquationKey& key, std::vector<uint16_t>* survivors) {
    survivors->resize(kMaxFilters);
    size_t count = 0;
    const bool ok = GetParam()(blob, rows, key.position, QuadKeys(key), survivors->data(), &count);
    survivors->resize(ok ? count : 0);
    return ok;
  }
};

TEST_P(Quads, LetThoseBlocksPassWhoseFourProductsAreZero) {
  std::mt19937_64 random(1);
  size_t passed = 0, asked = 0;
  for (size_t round = 0; round < 300; ++round) {
    const Blocks blocks(&random, random() % 100);
    const EquationKey key = RandomKey(&random);
    std::vector<uint16_t> wanted, survivors;
    for (size_t i = 0; i < blocks.m.size(); ++i) {
      if (blocks.Passes(i, key)) wanted.push_back(static_cast<uint16_t>(i));
    }
    ASSERT_TRUE(Run(blocks.blob, blocks.rows, key, &survivors));
    ASSERT_EQ(survivors, wanted);
    passed += wanted.size();
    asked += blocks.m.size();
  }
  EXPECT_GT(passed, asked / 50);
  EXPECT_LT(passed, asked / 2);
}

TEST_P(Quads, RejectAPlaceOutsideTheBlob) {
  std::mt19937_64 random(2);
  const EquationKey key = RandomKey(&random);
  std::vector<uint16_t> survivors;
  const std::vector<uint8_t> blob(kQuadLoad);
  std::vector<uint8_t> row(kRowSize);
  StoreLe(row.data(), Reciprocal(1));
  StoreLe(row.data() + 8, uint32_t{1});
  EXPECT_TRUE(Run(blob, row, key, &survivors));
  EXPECT_EQ(survivors.size(), 1u) << "all bits are 0";
  for (const uint32_t place : {1u, static_cast<uint32_t>(kQuadLoad), ~0u}) {
    StoreLe(row.data() + 12, place);
    EXPECT_FALSE(Run(blob, row, key, &survivors)) << place;
  }
  StoreLe(row.data() + 12, 0u);
  EXPECT_FALSE(Run(Bytes(blob).first(kQuadLoad - 1), row, key, &survivors));
  // A reciprocal that lies leads anywhere.
  StoreLe(row.data(), ~uint64_t{0} / 3);
  StoreLe(row.data() + 8, uint32_t{0});
  EXPECT_FALSE(Run(blob, row, key, &survivors));
}

TEST_P(Quads, RejectMoreBlocksThanFilters) {
  std::mt19937_64 random(3);
  std::vector<uint16_t> survivors;
  const std::vector<uint8_t> blob(kQuadLoad), rows((kMaxFilters + 1) * kRowSize);
  EXPECT_FALSE(Run(blob, rows, RandomKey(&random), &survivors));
}

INSTANTIATE_TEST_SUITE_P(Forms, Quads,
                         testing::Values(quad_internal::TestPortable, quad_internal::TestAvx2));

TEST(Remainder, IsExactForEveryDivisorWithItsReciprocal) {
  std::mt19937_64 random(4);
  for (size_t i = 0; i < 200000; ++i) {
    const auto m = static_cast<uint32_t>(1 + (random() >> (random() % 32)) % 0xffffffff);
    const uint64_t position = i % 4 == 0 ? ~uint64_t{0} - i : random();
    ASSERT_EQ(Remainder(position, m, Reciprocal(m)), position % m) << position << " mod " << m;
  }
}

}  // namespace
}  // namespace crlite
