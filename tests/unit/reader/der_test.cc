#include "cascade/reader/der.h"

#include <gtest/gtest.h>

#include <vector>

namespace crlite::der {
namespace {

using Octets = std::vector<uint8_t>;

Octets WithZeros(Octets head, size_t zeros) {
  head.resize(head.size() + zeros);
  return head;
}

bool Reads(const Octets& octets) {
  Parser parser{Bytes(octets)};
  Element element;
  return parser.Read(&element) && parser.AtEnd();
}

TEST(DerParser, ReadsShortAndLongLengths) {
  EXPECT_TRUE(Reads({0x04, 0x00}));
  EXPECT_TRUE(Reads(WithZeros({0x04, 0x7f}, 127)));
  EXPECT_TRUE(Reads(WithZeros({0x04, 0x81, 0x80}, 128)));
  EXPECT_TRUE(Reads(WithZeros({0x04, 0x82, 0x01, 0x00}, 256)));
  EXPECT_TRUE(Reads(WithZeros({0x04, 0x83, 0x01, 0x00, 0x00}, 65536)));
  EXPECT_TRUE(Reads(WithZeros({0x04, 0x84, 0x01, 0x00, 0x00, 0x00}, 1u << 24)));
}

TEST(DerParser, GivesTagContentAndWhole) {
  const Octets octets = {0x02, 0x02, 0x01, 0x02, 0x05, 0x00};
  Parser parser{Bytes(octets)};
  Element integer, null;
  ASSERT_TRUE(parser.Read(&integer));
  EXPECT_EQ(integer.tag, kInteger);
  EXPECT_TRUE(SameBytes(integer.content, Bytes(octets).subspan(2, 2)));
  EXPECT_TRUE(SameBytes(integer.whole, Bytes(octets).first(4)));
  ASSERT_TRUE(parser.Read(0x05, &null));
  EXPECT_TRUE(null.content.empty());
  EXPECT_TRUE(parser.AtEnd());
}

TEST(DerParser, RefusesLengthsThatAreNotMinimal) {
  EXPECT_FALSE(Reads(WithZeros({0x04, 0x81, 0x7f}, 127)));
  EXPECT_FALSE(Reads({0x04, 0x81, 0x00}));
  EXPECT_FALSE(Reads(WithZeros({0x04, 0x82, 0x00, 0x80}, 128)));
  EXPECT_FALSE(Reads(WithZeros({0x04, 0x83, 0x00, 0x01, 0x00}, 256)));
  EXPECT_FALSE(Reads(WithZeros({0x04, 0x84, 0x00, 0x01, 0x00, 0x00}, 65536)));
}

TEST(DerParser, RefusesIndefiniteAndOverlongLengths) {
  EXPECT_FALSE(Reads({0x30, 0x80, 0x00, 0x00}));
  EXPECT_FALSE(Reads(WithZeros({0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00}, 100)));
  EXPECT_FALSE(Reads(WithZeros({0x04, 0xff}, 200)));
}

TEST(DerParser, RefusesTruncation) {
  EXPECT_FALSE(Reads({}));
  EXPECT_FALSE(Reads({0x04}));
  EXPECT_FALSE(Reads({0x04, 0x01}));
  EXPECT_FALSE(Reads({0x04, 0x81}));
  EXPECT_FALSE(Reads({0x04, 0x82, 0x01}));
  EXPECT_FALSE(Reads(WithZeros({0x04, 0x81, 0x80}, 127)));
  EXPECT_FALSE(Reads(WithZeros({0x04, 0x84, 0xff, 0xff, 0xff, 0xff}, 100)));
}

TEST(DerParser, RefusesHighTagNumbers) {
  EXPECT_FALSE(Reads({0x1f, 0x00}));
  EXPECT_FALSE(Reads({0xbf, 0x20, 0x00}));
}

TEST(DerParser, FailedReadDoesNotMove) {
  const Octets octets = {0x02, 0x01, 0x05};
  Parser parser{Bytes(octets)};
  Element element;
  EXPECT_FALSE(parser.Read(kSequence, &element));
  EXPECT_TRUE(parser.NextIs(kInteger));
  EXPECT_TRUE(parser.Read(kInteger, &element));
}

TEST(DerParser, SkipsOptionalOnlyWhenItIsNextAndSound) {
  const Octets octets = {0xa0, 0x01, 0x00, 0x02, 0x01, 0x05, 0xa1, 0x02, 0x00};
  Parser parser{Bytes(octets)};
  Element element;
  EXPECT_TRUE(parser.SkipOptional(kContext0));
  EXPECT_TRUE(parser.SkipOptional(kContext0));  // not there: nothing happens
  EXPECT_TRUE(parser.Read(kInteger, &element));
  EXPECT_FALSE(parser.SkipOptional(0xa1));  // there, but cut short
  EXPECT_FALSE(parser.AtEnd());
}

}  // namespace
}  // namespace crlite::der
