#include "cascade/builder/revset.h"

#include <gtest/gtest.h>

#include "tests/unit/builder/memory_universe.h"

namespace crlite {
namespace {

Revset Example() {
  Revset revset;
  revset[TestIssuer(2)].Insert(Serial{1});
  revset[TestIssuer(1)].Insert(Serial{9, 9});
  revset[TestIssuer(1)].Insert(Serial(255, 7));
  revset[TestIssuer(1)].Insert(Serial{9});
  return revset;
}

TEST(Revset, RoundTrips) {
  const std::vector<uint8_t> content = EncodeRevset(Example());
  const Result<Revset> read = ParseRevset(content);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->size(), 2u);
  EXPECT_EQ(read->at(TestIssuer(1)).size(), 3u);
  EXPECT_NE(read->at(TestIssuer(1)).Find(Serial(255, 7)), SerialSet::kNone);
  EXPECT_NE(read->at(TestIssuer(2)).Find(Serial{1}), SerialSet::kNone);
  EXPECT_EQ(read->at(TestIssuer(2)).Find(Serial{9}), SerialSet::kNone);
  EXPECT_EQ(EncodeRevset(*read), content);
}

TEST(Revset, HasTheLayoutOfTheFormat) {
  Revset revset;
  revset[TestIssuer(0x1122)].Insert(Serial{0xab, 0xcd});
  std::vector<uint8_t> want = {1, 0, 0, 0, 0, 0, 0, 0, 34, 0, 0, 0, 0, 0, 0, 0};
  const IssuerSpkiHash issuer = TestIssuer(0x1122);
  want.insert(want.end(), issuer.bytes, issuer.bytes + kHashSize);
  want.insert(want.end(), {0xab, 0xcd});
  EXPECT_EQ(EncodeRevset(revset), want);
}

TEST(Revset, WritesSortedWhateverTheOrder) {
  Revset revset;
  revset[TestIssuer(1)].Insert(Serial{9});
  revset[TestIssuer(1)].Insert(Serial(255, 7));
  revset[TestIssuer(1)].Insert(Serial{9, 9});
  revset[TestIssuer(2)].Insert(Serial{1});
  EXPECT_EQ(EncodeRevset(revset), EncodeRevset(Example()));
}

TEST(Revset, RefusesEveryTruncationAndWhatIsLeftOver) {
  std::vector<uint8_t> content = EncodeRevset(Example());
  for (size_t length = 0; length < content.size(); ++length) {
    EXPECT_FALSE(ParseRevset(Bytes(content).subspan(0, length)).ok()) << length;
  }
  content.push_back(0);
  EXPECT_FALSE(ParseRevset(content).ok());
}

TEST(Revset, RefusesCountsAndLengthsThatLie) {
  const std::vector<uint8_t> good = EncodeRevset(Example());
  for (const size_t offset : {0, 7, 8, 15}) {  // count and first length, lowest and highest byte
    std::vector<uint8_t> bad = good;
    bad[offset] = 0xff;
    EXPECT_FALSE(ParseRevset(bad).ok()) << offset;
  }
  std::vector<uint8_t> empty_serial = {1, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0};
  empty_serial.resize(16 + kHashSize);
  EXPECT_FALSE(ParseRevset(empty_serial).ok());
}

TEST(Revset, RefusesDuplicates) {
  Revset revset;
  revset[TestIssuer(1)].Insert(Serial{9});
  std::vector<uint8_t> content = EncodeRevset(revset);
  content.insert(content.end(), content.begin() + 8, content.end());
  content[0] = 2;
  const Result<Revset> read = ParseRevset(content);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().message, "entry 1 at offset 49: serial 09 stands twice");
}

TEST(SerialSet, KeepsManyApart) {
  SerialSet set;
  for (uint32_t i = 0; i < 10000; ++i) {
    const Serial serial = {static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)};
    EXPECT_EQ(set.Insert(serial), i);
    EXPECT_EQ(set.Insert(serial), i);
  }
  EXPECT_EQ(set.size(), 10000u);
  EXPECT_EQ(set.Find(Serial{0, 0}), 0u);
  EXPECT_EQ(set.Find(Serial{0}), SerialSet::kNone);
  EXPECT_EQ(set.Find(Serial{0, 0, 0}), SerialSet::kNone);
}

TEST(Reasons, SetsHoldTheirCodes) {
  std::vector<int> specified, priority;
  for (int code = 0; code < 256; ++code) {
    EXPECT_TRUE(Includes(ReasonSet::kAll, static_cast<uint8_t>(code)));
    if (Includes(ReasonSet::kSpecified, static_cast<uint8_t>(code))) specified.push_back(code);
    if (Includes(ReasonSet::kPriority, static_cast<uint8_t>(code))) priority.push_back(code);
  }
  EXPECT_EQ(specified, (std::vector<int>{1, 2, 3, 4, 5, 6, 8, 9, 10}));
  EXPECT_EQ(priority, (std::vector<int>{1, 5, 9}));
}

TEST(Reasons, HaveNames) {
  EXPECT_EQ(ReasonSetFromName("all"), ReasonSet::kAll);
  EXPECT_EQ(ReasonSetFromName("specified"), ReasonSet::kSpecified);
  EXPECT_EQ(ReasonSetFromName("priority"), ReasonSet::kPriority);
  EXPECT_EQ(ReasonSetFromName("some"), std::nullopt);
}

}  // namespace
}  // namespace crlite
