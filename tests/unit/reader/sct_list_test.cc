#include "cascade/reader/sct_list.h"

#include <gtest/gtest.h>

#include "tests/unit/reader/sct_bytes.h"

namespace crlite {
namespace {

SctList Parsed(const Octets& extension_value) {
  SctList list;
  EXPECT_TRUE(ParseSctList(extension_value, &list));
  return list;
}

void ExpectRefused(const Octets& extension_value) {
  SctList list;
  list.count = 7;
  EXPECT_FALSE(ParseSctList(extension_value, &list));
  EXPECT_EQ(list.count, 0u);
}

// One sound SCT, then `item`, then another sound one: only `item` may be lost.
void ExpectSkipped(const Octets& item) {
  const SctList list = Parsed(MakeSctExtension({MakeSct(1, 100), item, MakeSct(2, 200)}));
  ASSERT_EQ(list.count, 2u);
  EXPECT_EQ(list.num_malformed, 1u);
  EXPECT_EQ(list.scts[0].timestamp_ms, 100u);
  EXPECT_EQ(list.scts[1].timestamp_ms, 200u);
}

void ExpectTaken(const Octets& item) {
  const SctList list = Parsed(MakeSctExtension({item}));
  EXPECT_EQ(list.count, 1u);
  EXPECT_EQ(list.num_malformed, 0u);
}

Octets LeafIndex(size_t size) {
  Octets extension = {0};
  Append(&extension, Prefixed(2, Octets(size, 9)));
  return extension;
}

TEST(SctList, KeepsLogTimestampAndOrder) {
  const SctList list = Parsed(
      MakeSctExtension({MakeSct(0xaa, 0x0123456789abcdef), MakeSct(0x11, 0xffffffffffffffff)}));
  ASSERT_EQ(list.count, 2u);
  ASSERT_EQ(list.Span().size(), 2u);
  EXPECT_TRUE(SameBytes(list.scts[0].log.bytes, Octets(32, 0xaa)));
  EXPECT_EQ(list.scts[0].timestamp_ms, 0x0123456789abcdefu);
  EXPECT_TRUE(SameBytes(list.scts[1].log.bytes, Octets(32, 0x11)));
  EXPECT_EQ(list.scts[1].timestamp_ms, 0xffffffffffffffffu);
}

TEST(SctList, MayBeEmpty) {
  const SctList list = Parsed(MakeSctExtension({}));
  EXPECT_EQ(list.count, 0u);
  EXPECT_EQ(list.num_malformed, 0u);
}

TEST(SctList, SkipsAndCountsAnotherVersion) {
  Octets sct = MakeSct(1, 1);
  sct[0] = 1;
  ExpectSkipped(sct);
}

TEST(SctList, SkipsAnItemCutShortAnywhere) {
  const Octets whole = MakeSct(1, 1, LeafIndex(5));
  for (size_t size = 1; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    ExpectSkipped(Octets(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)));
  }
}

TEST(SctList, SkipsAnItemWithBytesLeftOver) {
  Octets sct = MakeSct(1, 1);
  sct.push_back(0);
  ExpectSkipped(sct);
}

TEST(SctList, TakesOneLeafIndexOfFiveBytes) {
  ExpectTaken(MakeSct(1, 1, LeafIndex(5)));
  ExpectSkipped(MakeSct(1, 1, LeafIndex(4)));
  ExpectSkipped(MakeSct(1, 1, LeafIndex(6)));
  ExpectSkipped(MakeSct(1, 1, LeafIndex(0)));
  Octets twice = LeafIndex(5);
  Append(&twice, LeafIndex(5));
  ExpectSkipped(MakeSct(1, 1, twice));
}

TEST(SctList, IgnoresOtherSctExtensions) {
  Octets extensions = {7, 0, 1, 0xff, 7, 0, 0};
  Append(&extensions, LeafIndex(5));
  ExpectTaken(MakeSct(1, 1, extensions));
  ExpectSkipped(MakeSct(1, 1, {7, 0, 2, 0xff}));  // longer than what is there
  ExpectSkipped(MakeSct(1, 1, {7, 0}));
}

TEST(SctList, ItemLengthBeyondTheListEndsIt) {
  Octets content = Prefixed(2, MakeSct(1, 100));
  Append(&content, {0xff, 0xff, 1, 2, 3});
  const SctList list = Parsed(Der(0x04, Prefixed(2, content)));
  EXPECT_EQ(list.count, 1u);
  EXPECT_EQ(list.num_malformed, 1u);
}

TEST(SctList, EmptyItemEndsTheList) {
  const SctList list = Parsed(MakeSctExtension({MakeSct(1, 100), {}, MakeSct(2, 200)}));
  EXPECT_EQ(list.count, 1u);
  EXPECT_EQ(list.num_malformed, 1u);
}

TEST(SctList, HalfAnItemLengthEndsTheList) {
  Octets content = Prefixed(2, MakeSct(1, 100));
  content.push_back(0);
  const SctList list = Parsed(Der(0x04, Prefixed(2, content)));
  EXPECT_EQ(list.count, 1u);
  EXPECT_EQ(list.num_malformed, 1u);
}

TEST(SctList, RefusesAListLengthThatIsNotTheRest) {
  Octets tls = MakeTlsList({MakeSct(1, 1)});
  ++tls[1];
  ExpectRefused(Der(0x04, tls));
  tls[1] = static_cast<uint8_t>(tls[1] - 2);
  ExpectRefused(Der(0x04, tls));
  ExpectRefused(Der(0x04, {0}));
  ExpectRefused(Der(0x04, {}));
}

TEST(SctList, RefusesWhatIsNoOctetString) {
  const Octets tls = MakeTlsList({MakeSct(1, 1)});
  ExpectRefused(tls);
  ExpectRefused({});
  ExpectRefused(Der(0x03, tls));
  Octets trailing = Der(0x04, tls);
  trailing.push_back(0);
  ExpectRefused(trailing);
}

TEST(SctList, IgnoresItemsBeyondSixtyFour) {
  const auto list_of = [](size_t count) {
    std::vector<Octets> items;
    for (size_t i = 0; i < count; ++i) items.push_back(MakeSct(1, i));
    return Parsed(MakeSctExtension(items));
  };
  EXPECT_EQ(list_of(63).count, 63u);
  EXPECT_EQ(list_of(64).count, 64u);
  const SctList list = list_of(200);
  ASSERT_EQ(list.count, kMaxScts);
  EXPECT_EQ(list.scts[63].timestamp_ms, 63u);
  EXPECT_EQ(list.num_malformed, 0u);
}

}  // namespace
}  // namespace crlite
