#include "sync/offer/offer.h"

#include <gtest/gtest.h>

#include "sync/offer/json.h"

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

TEST(Json, RefusesMoreValuesThanItsMemoryIsWorth) {
  const auto list_of = [](size_t count) {
    std::string text = "{\"list\":[0";
    for (size_t i = 1; i < count; ++i) text += ",0";
    return text + "]}";
  };
  constexpr uint64_t kMaxSize = 4 << 20;
  // The object and the list count as well.
  EXPECT_TRUE(ParseObject(list_of(299'998), kMaxSize).ok());
  const Result<nlohmann::json> more = ParseObject(list_of(299'999), kMaxSize);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().message, "more than 300000 values");
}

}  // namespace
}  // namespace crlite
