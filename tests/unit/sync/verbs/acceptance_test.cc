#include "sync/acceptance.h"

#include <gtest/gtest.h>

#include "sync/source/source.h"
#include "tests/support/content_signer.h"

namespace crlite {
namespace {

constexpr uint64_t kDataMs = kTestNowMs - 3'600'000;

nlohmann::json FullFilter(const std::string& channel) {
  return {{"id", "full-" + channel},
          {"channel", channel},
          {"incremental", false},
          {"effectiveTimestamp", kDataMs},
          {"attachment",
           {{"filename", "full-" + channel + ".filter"},
            {"location", "attachments/" + channel},
            {"size", 7},
            {"hash", std::string(64, 'a')}}}};
}

class AcceptanceTest : public testing::Test {
 protected:
  AcceptanceTest() {
    SourceConfig mirror;
    mirror.type = SourceType::kManifest;
    mirror.location = "https://mirror.test/";
    mirror.roots = {signer_.root().Hash()};
    SourceConfig folder;
    folder.type = SourceType::kDirectory;
    folder.location = "/folder";
    folder.require_signature = false;
    config_.sources = {mirror, folder};
  }

  Offer Signed(uint64_t timestamp_ms = kDataMs) const {
    Offer offer;
    offer.source = SourceSpec(config_.sources[0]);
    offer.proof = Proof{
        signer_.SignedChangeset({FullFilter("default"), FullFilter("compat")}, timestamp_ms).dump(),
        signer_.Chain()};
    return offer;
  }
  Offer Unsigned(uint64_t data_time_ms = kDataMs) const {
    Offer offer;
    offer.source = SourceSpec(config_.sources[1]);
    offer.data_time_ms = data_time_ms;
    offer.files.resize(1);
    return offer;
  }

  Result<Offer> Judge(const Offer& offer, Allowances allowances = {}) const {
    return Acceptance(config_, floors_, current_, allowances).Judge(offer, kTestNowMs);
  }
  // Why it is refused; empty: it is not.
  std::string Refusal(const Offer& offer, Allowances allowances = {}) const {
    const Result<Offer> judged = Judge(offer, allowances);
    if (judged.ok()) return "";
    EXPECT_EQ(judged.error().code, ErrorCode::kUnavailable);
    return judged.error().message;
  }
  static void ExpectText(const std::string& text, const std::string& in) {
    EXPECT_NE(in.find(text), std::string::npos) << "no '" << text << "' in: " << in;
  }

  const ContentSigner signer_;
  Config config_;
  Floors floors_;
  const Offer* current_ = nullptr;
};

TEST_F(AcceptanceTest, TakesTimeAndFilesFromTheProofAlone) {
  Offer offer = Signed();
  offer.data_time_ms = 1;
  offer.files.resize(3);
  const Result<Offer> judged = Judge(offer);
  ASSERT_TRUE(judged.ok()) << judged.error().message;
  EXPECT_EQ(judged->data_time_ms, kDataMs);
  ASSERT_EQ(judged->files.size(), 1u);
  EXPECT_EQ(judged->files[0].name, "full-default.filter");
}

TEST_F(AcceptanceTest, SelectsTheChannelOfTheConfiguredSource) {
  config_.sources[0].channel = "compat";
  const Result<Offer> judged = Judge(Signed());
  ASSERT_TRUE(judged.ok()) << judged.error().message;
  EXPECT_EQ(judged->files[0].name, "full-compat.filter");
}

TEST_F(AcceptanceTest, SourceThatIsNotConfiguredMustLeadToMozillasRoot) {
  Offer offer = Signed();
  offer.source = "manifest+https://other.test/";
  ExpectText("none of the pinned ones", Refusal(offer));
  offer.proof.reset();
  ExpectText("not signed, and none of the configured sources", Refusal(offer));
}

TEST_F(AcceptanceTest, ProofThatDoesNotVerifyIsRefusedEvenWhereNoneIsRequired) {
  Offer offer = Signed();
  offer.source = SourceSpec(config_.sources[1]);
  ExpectText("none of the pinned ones", Refusal(offer));
}

TEST_F(AcceptanceTest, UnsignedDataNeedsASourceThatMayBeUnsigned) {
  EXPECT_EQ(Refusal(Unsigned()), "");
  Offer offer = Unsigned();
  offer.source = SourceSpec(config_.sources[0]);
  ExpectText("signatures are required", Refusal(offer));
}

TEST_F(AcceptanceTest, UnsignedDataDoesNotFollowSignedDataUnlessAllowed) {
  floors_.Set("signed:compat", 1, false);
  ExpectText("--allow-unsigned", Refusal(Unsigned()));
  EXPECT_EQ(Refusal(Unsigned(), {.unsigned_data = true}), "");
}

TEST_F(AcceptanceTest, UnsignedDataThatWasAllowedOnceMayBeFollowedByMore) {
  floors_.Set("signed:default", 1, false);
  Offer in_force = Unsigned();
  current_ = &in_force;
  EXPECT_EQ(Refusal(Unsigned()), "");
  in_force = Signed();
  floors_ = Floors();
  ExpectText("--allow-unsigned", Refusal(Unsigned()));
}

TEST_F(AcceptanceTest, RefusesARollbackUnlessAllowed) {
  floors_.Set("signed:default", kDataMs + 1, false);
  ExpectText("--allow-rollback", Refusal(Signed()));
  EXPECT_EQ(Refusal(Signed(), {.rollback = true}), "");
  EXPECT_EQ(Refusal(Signed(kDataMs + 1)), "");
}

TEST_F(AcceptanceTest, RefusesWhatIsOlderThanDataOfTheSameKindInForce) {
  Offer in_force = Unsigned(kDataMs + 1);
  in_force.source = "dir:/another";
  current_ = &in_force;
  ExpectText("older than that in force", Refusal(Unsigned()));
  EXPECT_EQ(Refusal(Signed()), "") << "signed and unsigned times are not comparable";
  in_force.proof = Proof{};
  ExpectText("older than that in force", Refusal(Signed()));
}

TEST_F(AcceptanceTest, RefusesTimesThatAreAheadByMoreThanADay) {
  constexpr uint64_t kDayMs = 86'400'000;
  ExpectText("future", Refusal(Signed(kTestNowMs + kDayMs + 1)));
  ExpectText("future", Refusal(Unsigned(kTestNowMs + kDayMs + 1)));
  const Result<Offer> judged = Judge(Signed(kTestNowMs + kDayMs));
  ASSERT_TRUE(judged.ok()) << judged.error().message;
  EXPECT_EQ(judged->data_time_ms, kTestNowMs + kDayMs) << "what was signed stays as it was";
  EXPECT_EQ(Judge(Unsigned(kTestNowMs + kDayMs))->data_time_ms, kTestNowMs);
}

}  // namespace
}  // namespace crlite
