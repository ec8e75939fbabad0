#include "sync/offer/offer.h"

#include <gtest/gtest.h>

namespace crlite {
namespace {

Offer Example() {
  Offer offer;
  offer.source = "dir:/x";
  offer.data_time_ms = 1'234'567'890'123;
  offer.files.resize(2);
  offer.files[0].name = "full.filter";
  offer.files[0].size = 7;
  offer.files[0].hash.bytes[0] = 0xab;
  offer.files[1].name = "a.delta";
  return offer;
}

TEST(Offer, OtherFilesOrAnotherOrderAreNotTheSame) {
  const Offer offer = Example();
  Offer other = offer;
  std::swap(other.files[0], other.files[1]);
  EXPECT_FALSE(SameFiles(offer, other));
  other = offer;
  other.files[0].hash.bytes[31] ^= 1;
  EXPECT_FALSE(SameFiles(offer, other));
  other = offer;
  other.files.pop_back();
  EXPECT_FALSE(SameFiles(offer, other));
  EXPECT_FALSE(SameFiles(other, offer));
}

}  // namespace
}  // namespace crlite
