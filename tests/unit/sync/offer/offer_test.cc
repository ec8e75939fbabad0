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

TEST(Offer, TextAndBackIsTheSame) {
  const Offer offer = Example();
  const Result<Offer> again = OfferFromText(OfferToText(offer));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->source, offer.source);
  EXPECT_EQ(again->data_time_ms, offer.data_time_ms);
  EXPECT_TRUE(SameFiles(*again, offer));
  EXPECT_EQ(again->files[0].size, 7u);
}

TEST(Offer, SourceThatIsNotUtf8DoesNotFail) {
  Offer offer = Example();
  offer.source = "dir:/\xff";
  EXPECT_TRUE(OfferFromText(OfferToText(offer)).ok());
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

TEST(Offer, RefusesATextOfANewerVersionOrWithAMissingField) {
  const std::string text = OfferToText(Example());
  const auto error_after = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    const Result<Offer> offer = OfferFromText(changed);
    return offer.ok() ? "" : offer.error().message;
  };
  EXPECT_EQ(error_after("\"schema\": 1", "\"schema\": 2"), "schema: wanted an integer from 0 to 1");
  EXPECT_EQ(error_after("\"source\"", "\"sauce\""), "source: missing");
  EXPECT_EQ(error_after("\"data_time_ms\"", "\"time\""), "data_time_ms: missing");
  EXPECT_EQ(error_after("\"files\"", "\"list\""), "files: missing");
  EXPECT_EQ(error_after("full.filter", "../filter"),
            "files: entry 1: filename: wanted 1 to 32 letters, digits, '.', '_' or '-'");
}

}  // namespace
}  // namespace crlite
