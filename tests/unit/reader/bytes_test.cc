#include "cascade/reader/bytes.h"

#include <gtest/gtest.h>

#include <limits>

namespace crlite {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
constexpr uint8_t kCount[8] = {1, 2, 3, 4, 5, 6, 7, 8};

TEST(Bytes, LoadsBothByteOrders) {
  EXPECT_EQ(LoadLe16(kCount), 0x0201);
  EXPECT_EQ(LoadBe16(kCount), 0x0102);
  EXPECT_EQ(LoadLe32(kCount), 0x04030201u);
  EXPECT_EQ(LoadBe32(kCount), 0x01020304u);
  EXPECT_EQ(LoadLe64(kCount), 0x0807060504030201u);
  EXPECT_EQ(LoadBe64(kCount), 0x0102030405060708u);
}

TEST(Bytes, ContainsDoesNotWrap) {
  const Bytes whole(kCount);
  EXPECT_TRUE(Contains(whole, 8, 0));
  EXPECT_TRUE(Contains(whole, 3, 5));
  EXPECT_FALSE(Contains(whole, 3, 6));
  EXPECT_FALSE(Contains(whole, 9, 0));
  EXPECT_FALSE(Contains(whole, 4, kMax - 3));
  EXPECT_FALSE(Contains(whole, kMax, 1));
}

TEST(Bytes, SliceNeverClearsAnEarlierFailure) {
  bool ok = true;
  EXPECT_EQ(Slice(kCount, 2, 3, &ok).size(), 3u);
  EXPECT_TRUE(ok);
  EXPECT_TRUE(Slice(kCount, 2, kMax, &ok).empty());
  EXPECT_FALSE(ok);
  EXPECT_EQ(Slice(kCount, 2, 3, &ok).size(), 3u);
  EXPECT_FALSE(ok);
}

TEST(ByteReader, FailedReadLeavesOutputAndPositionAlone) {
  ByteReader reader(Bytes(kCount).first(3));
  uint32_t u32 = 7;
  EXPECT_FALSE(reader.ReadLe32(&u32));
  EXPECT_EQ(u32, 7u);
  EXPECT_EQ(reader.offset(), 0u);
  uint16_t u16;
  ASSERT_TRUE(reader.ReadBe16(&u16));
  EXPECT_EQ(u16, 0x0102);
  EXPECT_EQ(reader.remaining(), 1u);
  EXPECT_FALSE(reader.AtEnd());
}

TEST(ByteReader, CanHoldDividesInsteadOfMultiplying) {
  const ByteReader reader{Bytes(kCount)};
  EXPECT_TRUE(reader.CanHold(2, 4));
  EXPECT_FALSE(reader.CanHold(3, 4));
  EXPECT_FALSE(reader.CanHold(kMax / 2 + 1, 2));
}

TEST(SameBytes, ComparesContentAndLength) {
  EXPECT_TRUE(SameBytes({}, {}));
  EXPECT_TRUE(SameBytes(kCount, kCount));
  EXPECT_FALSE(SameBytes(Bytes(kCount).first(7), kCount));
  EXPECT_FALSE(SameBytes(Bytes(kCount).first(1), Bytes(kCount).subspan(1, 1)));
}

}  // namespace
}  // namespace crlite
