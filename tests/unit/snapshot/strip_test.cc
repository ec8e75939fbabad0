#include "cascade/snapshot/strip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace crlite {
namespace {

BitColumn RandomColumn(std::mt19937_64* random, size_t words) {
  BitColumn column(words);
  for (uint64_t& word : column) word = (*random)();
  return column;
}

bool BitOf(const BitColumn& column, uint64_t bit) {
  return bit / 64 < column.size() && (column[bit / 64] >> (bit % 64) & 1) != 0;
}

bool BitOf(std::span<const uint8_t> bytes, uint64_t bit) {
  return (bytes[bit / 8] >> (bit % 8) & 1) != 0;
}

TEST(CopyBits, CopiesFromAnyBitAndGivesZerosBehindTheEnd) {
  std::mt19937_64 random(1);
  const BitColumn column = RandomColumn(&random, 5);
  for (uint64_t offset = 0; offset < 400; ++offset) {
    for (const size_t size : {0u, 1u, 7u, 8u, 9u, 40u}) {
      std::vector<uint8_t> out(size, 0xaa);
      CopyBits(column, offset, out);
      for (uint64_t bit = 0; bit < 8 * size; ++bit) {
        ASSERT_EQ(BitOf(out, bit), BitOf(column, offset + bit)) << offset << " + " << bit;
      }
    }
  }
}

TEST(BitRuns, KeepEveryWantedBitAndSharedOnesOnce) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    const BitColumn column = RandomColumn(&random, 1 + random() % 200);
    std::vector<std::pair<uint64_t, uint64_t>> wanted;
    BitRuns runs;
    std::vector<bool> is_wanted(15000);
    for (uint64_t i = 1 + random() % 20; i > 0; --i) {
      const uint64_t begin = random() % (64 * column.size());
      const uint64_t end = begin + 1 + random() % 600;
      wanted.emplace_back(begin, end);
      runs.Add(begin, end);
      for (uint64_t bit = begin; bit < end; ++bit) is_wanted[bit] = true;
    }
    runs.Finish();
    uint64_t size = 0;
    for (const auto& [begin, end] : wanted) size = std::max(size, runs.Map(begin) + end - begin);
    std::vector<uint8_t> out((size + 7) / 8);
    runs.Write(column, out);
    for (const auto& [begin, end] : wanted) {
      for (uint64_t bit = begin; bit < end; ++bit) {
        ASSERT_EQ(BitOf(out, runs.Map(begin) + bit - begin), BitOf(column, bit));
      }
    }
    const auto num_wanted =
        static_cast<size_t>(std::count(is_wanted.begin(), is_wanted.end(), true));
    EXPECT_LE(size, num_wanted + 7 * wanted.size()) << "at most a byte's rest between two runs";
  }
}

ClubcardBlock BlockAt(uint32_t offset, uint32_t m, uint8_t rank) {
  ClubcardBlock block;
  block.approx_m = block.exact_m = m;
  block.approx_offset = block.exact_offset = offset;
  block.rank = rank;
  return block;
}

// As in a filter: one beside the other, by descending rank.
TEST(Strip, StoresWhatNeighboursShareOnce) {
  std::vector<ClubcardBlock> blocks;
  for (uint32_t i = 0; i < 100; ++i) {
    blocks.push_back(BlockAt(100000 + 10 * i, 10, static_cast<uint8_t>(14 - i / 20)));
  }
  Strip strip;
  for (const ClubcardBlock& block : blocks) strip.Add(block);
  const uint64_t size = strip.Finish();
  EXPECT_EQ(strip.num_columns(), 11u) << "columns 4 to 13, and the exact one";
  EXPECT_LT(size, 11 * (100 * 10 + 300) / 8 + 11 * 8);
  EXPECT_EQ(strip.RestPlace(blocks[0]), 0u);
  EXPECT_EQ(strip.RestPlace(blocks[99]), 990u);
}

TEST(Strip, IsEmptyWithoutBlocks) {
  Strip strip;
  EXPECT_EQ(strip.Finish(), 0u);
  EXPECT_EQ(strip.num_columns(), 0u);
}

TEST(Strip, IsForSmallBlocksAlone) {
  EXPECT_TRUE(Strip::IsFor(BlockAt(0, 1, 3)));
  EXPECT_TRUE(Strip::IsFor(BlockAt(0, 1024, 3)));
  EXPECT_FALSE(Strip::IsFor(BlockAt(0, 1025, 3)));
}

}  // namespace
}  // namespace crlite
