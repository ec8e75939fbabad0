#include "sync/store/offer_file.h"

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

TEST(OfferFile, TextAndBackIsTheSame) {
  const Offer offer = Example();
  const Result<StoredOffer> again = OfferFromText(OfferToText(offer));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->offer.source, offer.source);
  EXPECT_EQ(again->offer.data_time_ms, offer.data_time_ms);
  EXPECT_TRUE(SameFiles(again->offer, offer));
  EXPECT_EQ(again->offer.files[0].size, 7u);
}

TEST(OfferFile, NamesTheDocumentsOfTheProof) {
  Offer offer = Example();
  EXPECT_FALSE(OfferFromText(OfferToText(offer))->proof_files.has_value());
  offer.proof = Proof{"{}", "pem"};
  const Result<StoredOffer> again = OfferFromText(OfferToText(offer));
  ASSERT_TRUE(again.ok() && again->proof_files.has_value());
  EXPECT_EQ(again->proof_files->changeset.HashText(),
            DescribeProof(*offer.proof).changeset.HashText());
  EXPECT_EQ(again->proof_files->chain.size, 3u);
}

TEST(OfferFile, KeepsTheValidatorAndIgnoresABrokenOne) {
  Offer offer = Example();
  offer.validator = {"https://host/changeset.json", "\"abc\"", "Sat, 21 Nov 2026 00:00:00 GMT"};
  std::string text = OfferToText(offer);
  const Result<StoredOffer> again = OfferFromText(text);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->offer.validator.url, offer.validator.url);
  EXPECT_EQ(again->offer.validator.etag, offer.validator.etag);
  EXPECT_EQ(again->offer.validator.last_modified, offer.validator.last_modified);
  text.replace(text.find("\"validator\": {"), 14, "\"validator\": 5, \"unknown\": {");
  ASSERT_TRUE(OfferFromText(text).ok()) << text;
  EXPECT_EQ(OfferFromText(text)->offer.validator.etag, "");
}

TEST(OfferFile, RefusesAListWithoutFiles) {
  Offer offer = Example();
  offer.files.clear();
  const Result<StoredOffer> again = OfferFromText(OfferToText(offer));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().message, "files: empty, wanted at least one filter");
}

TEST(OfferFile, RefusesASourceThatWouldFillTheList) {
  Offer offer = Example();
  offer.source = std::string(8192, 'x');
  EXPECT_TRUE(OfferFromText(OfferToText(offer)).ok());
  offer.source += 'x';
  const Result<StoredOffer> again = OfferFromText(OfferToText(offer));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().message, "source: 8193 bytes, at most 8192 are accepted");
}

TEST(OfferFile, SourceThatIsNotUtf8DoesNotFail) {
  Offer offer = Example();
  offer.source = "dir:/\xff";
  EXPECT_TRUE(OfferFromText(OfferToText(offer)).ok());
}

TEST(OfferFile, RefusesATextOfANewerVersionOrWithAMissingField) {
  const std::string text = OfferToText(Example());
  const auto error_after = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    const Result<StoredOffer> offer = OfferFromText(changed);
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
