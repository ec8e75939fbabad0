// The five outcomes, their reasons, and the evidence that comes with them.
#include <string.h>

#include <algorithm>
#include <filesystem>

#include "cascade/base/file.h"
#include "cascade/reader/snapshot_format.h"
#include "cascade/snapshot/install.h"
#include "tests/library/contract/asker.h"
#include "tests/support/clubcards.h"

namespace crlite::library {
namespace {

using hook::CertificateOptions;
using hook::EncodeSctExtension;
using hook::Issue;
using hook::kTestLog;
using hook::kTestTimestamp;

constexpr int64_t kDay = 86400;
const LogId kOtherLog = {{'o', 't', 'h', 'e', 'r'}};

// A published world with a store.
struct OpenAsker : Asker {
  OpenAsker() {
    Publish();
    Open();
  }
  hook::Certificate IssueWith(const std::optional<ByteVector>& sct_extension) {
    CertificateOptions options;
    options.serial = {0x02};
    options.sct_extension = sct_extension;
    return Issue(&root, options);
  }
};

TEST(Outcome, RevokedAndNotRevoked) {
  OpenAsker asker;
  asker.Expect(kGood, kRefused);
  EXPECT_EQ(asker.Query({0x01}, {TestSct()}), kGood);
  EXPECT_EQ(asker.Query({0x02}, {TestSct()}), kRefused);
  EXPECT_EQ(asker.Query({0x00, 0x02}, {TestSct()}), kGood) << "another serial";
}

TEST(Outcome, NotEnrolledWhenNoFilterKnowsTheIssuer) {
  OpenAsker asker;
  const hook::Certificate other_root = hook::MakeRoot("other root");
  const hook::Certificate leaf = Issue(&other_root);
  EXPECT_EQ(asker.Ask({leaf.Der(), other_root.Der()}), CRLITE_OK);
  const Answer not_enrolled = {CRLITE_NOT_ENROLLED, CRLITE_REASON_FILTERS, CRLITE_ALLOW,
                               CRLITE_RULE_NONE};
  EXPECT_EQ(AnswerOf(asker.result.get()), not_enrolled);
  EXPECT_STREQ(crlite_result_filter(asker.result.get()), "");
  crlite_sct sct;
  EXPECT_EQ(crlite_result_sct(asker.result.get(), &sct), 1) << "its time is covered";
  EXPECT_EQ(asker.Ask({asker.revoked.Der(), other_root.Der()}), CRLITE_OK);
  EXPECT_EQ(AnswerOf(asker.result.get()), not_enrolled) << "the issuer is chain[1], nobody else";
}

TEST(Outcome, NotCoveredWhenNoFilterCoversAnSct) {
  OpenAsker asker;
  const Answer not_covered = NotCovered(CRLITE_REASON_FILTERS);
  EXPECT_EQ(asker.Check(asker.IssueWith(EncodeSctExtension({{kOtherLog, kTestTimestamp}}))),
            not_covered);
  EXPECT_EQ(asker.Query({0x02}, {SctOf(kOtherLog, kTestTimestamp)}), not_covered);
  crlite_sct sct;
  EXPECT_EQ(crlite_result_sct(asker.result.get(), &sct), 0);
}

TEST(Outcome, NotCoveredWithoutAnSct) {
  OpenAsker asker;
  const Answer no_sct = NotCovered(CRLITE_REASON_NO_SCT);
  EXPECT_EQ(asker.Check(asker.IssueWith(std::nullopt)), no_sct);
  EXPECT_EQ(asker.Check(asker.IssueWith(EncodeSctExtension({}))), no_sct);
  EXPECT_EQ(asker.Check(asker.IssueWith(ByteVector{1, 2, 3})), no_sct);
  EXPECT_EQ(asker.Query({0x02}, {}), no_sct);
}

TEST(Outcome, NotCoveredWithoutAnIssuer) {
  OpenAsker asker;
  for (const hook::Certificate* certificate : {&asker.revoked, &asker.root}) {
    EXPECT_EQ(asker.Ask({certificate->Der()}), CRLITE_OK);
    EXPECT_EQ(AnswerOf(asker.result.get()), NotCovered(CRLITE_REASON_CHAIN_TOO_SHORT));
    EXPECT_EQ(crlite_result_generation(asker.result.get()), 1u) << "of the data that was there";
  }
}

TEST(Outcome, NotCoveredOutsideItsValidity) {
  OpenAsker asker;
  CertificateOptions options;
  options.serial = {0x02};
  options.not_before = 1'700'000'000;
  options.not_after = 1'700'000'000 + kDay;
  const hook::Certificate expired = Issue(&asker.root, options);
  const Answer outside = NotCovered(CRLITE_REASON_OUTSIDE_VALIDITY);
  EXPECT_EQ(asker.Check(expired), outside);
  EXPECT_EQ(asker.Check(expired, options.not_before - 1), outside);
  EXPECT_EQ(asker.Check(expired, options.not_before), kRefused);
  EXPECT_EQ(asker.Check(expired, options.not_after), kRefused);
  EXPECT_EQ(asker.Check(expired, options.not_after + 1), outside);
  for (const int64_t at : {INT64_MIN, INT64_C(-2), INT64_C(0), INT64_MAX}) {
    EXPECT_EQ(asker.Check(expired, at), outside) << at;
  }
  EXPECT_EQ(asker.Check(asker.revoked, time(nullptr) + 2 * kDay), outside);
  EXPECT_EQ(asker.Check(asker.revoked, CRLITE_NOW), kRefused);
}

TEST(Outcome, NoDataWithoutASnapshot) {
  Asker asker;
  asker.Open();
  asker.Expect(kNothing, kNothing);
  EXPECT_EQ(asker.Query({0x02}, {TestSct()}), kNothing);
  EXPECT_EQ(crlite_result_data_state(asker.result.get()), CRLITE_DATA_NEVER_PROVISIONED);
  EXPECT_STREQ(crlite_result_trouble(asker.result.get()), "absent");
  EXPECT_EQ(crlite_generation(asker.asked.get()), 0u);
}

TEST(Outcome, NoDataWithAPolicyAlone) {
  Asker asker;
  asker.host.PublishPolicy();
  asker.Open();
  asker.Expect(kNothing, kNothing);
  EXPECT_EQ(crlite_result_data_state(asker.result.get()), CRLITE_DATA_NEVER_PROVISIONED);
  EXPECT_STREQ(crlite_result_trouble(asker.result.get()), "");
  EXPECT_EQ(crlite_result_generation(asker.result.get()), 1u);
  EXPECT_EQ(crlite_result_data_time_ms(asker.result.get()), 0u);
  EXPECT_EQ(crlite_result_data_age_ms(asker.result.get()), 0u);
}

TEST(Outcome, NoDataWhenTheSnapshotIsDamaged) {
  Asker asker;
  asker.Publish();
  asker.host.PublishRaw(ByteVector(1000, 'x'));
  asker.Open();
  const Answer damaged = {CRLITE_NO_DATA, CRLITE_REASON_DAMAGED, CRLITE_REPORT,
                          CRLITE_RULE_DAMAGED};
  asker.Expect(damaged, damaged);
  EXPECT_EQ(crlite_result_data_state(asker.result.get()), CRLITE_DATA_DAMAGED);
  EXPECT_STREQ(crlite_result_trouble(asker.result.get()), "not a snapshot (wrong magic)");
  EXPECT_EQ(crlite_result_generation(asker.result.get()), 0u);
  EXPECT_EQ(crlite_generation(asker.asked.get()), 0u);
}

TEST(Outcome, NoDataWhenOthersMayWriteToTheSnapshot) {
  Asker asker;
  asker.Publish();
  std::filesystem::permissions(asker.host.snapshot(), std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  asker.Open();
  EXPECT_EQ(asker.Check(asker.good).reason, CRLITE_REASON_DAMAGED);
  EXPECT_STREQ(crlite_result_trouble(asker.result.get()), "writable by group or others");
}

// What only an answer brings to light is told with that answer.
TEST(Outcome, OfDataThatContradictsItself) {
  using namespace snapshot_format;
  Asker asker;
  asker.Publish();
  ByteVector bytes = *ReadFile(asker.host.snapshot(), 1 << 20);
  for (uint8_t* entry = &bytes[kHeaderSize];; entry += kSectionEntrySize) {
    if (LoadLe32(entry) != kBuckets) continue;
    std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(LoadLe64(entry + 8)), LoadLe64(entry + 16),
                uint8_t{0xff});
    break;
  }
  asker.host.PublishRaw(bytes);
  asker.Open();
  EXPECT_EQ(asker.Check(asker.good).reason, CRLITE_REASON_DAMAGED);
  EXPECT_EQ(crlite_result_data_state(asker.result.get()), CRLITE_DATA_DAMAGED);
  EXPECT_STREQ(crlite_result_trouble(asker.result.get()), "contradicts itself");
}

// What is decided without the data, no data and no policy can change.
TEST(Outcome, ReasonsFoundBeforeTheDataComeFirst) {
  Asker asker;
  asker.Publish();
  asker.host.policy.damaged = Action::kDeny;
  asker.host.PublishPolicy();
  asker.Open();
  EXPECT_EQ(asker.Check(asker.good).action, CRLITE_REFUSE);
  EXPECT_EQ(asker.Check(asker.good, 0), NotCovered(CRLITE_REASON_OUTSIDE_VALIDITY));
  EXPECT_EQ(asker.Query({0x01}, {}), NotCovered(CRLITE_REASON_NO_SCT));
  EXPECT_EQ(asker.Ask({asker.good.Der()}), CRLITE_OK);
  EXPECT_EQ(AnswerOf(asker.result.get()), NotCovered(CRLITE_REASON_CHAIN_TOO_SHORT));
  EXPECT_EQ(crlite_result_data_state(asker.result.get()), CRLITE_DATA_DAMAGED);
}

// ---- evidence ---------------------------------------------------------------------------------

TEST(Evidence, OfAnAnswer) {
  Asker asker;
  asker.host.data_time -= 3600;
  asker.Publish();
  asker.Open();
  for (const hook::Certificate* leaf : {&asker.good, &asker.revoked}) {
    asker.Check(*leaf);
    const crlite_result* const result = asker.result.get();
    EXPECT_STREQ(crlite_result_filter(result), "test-filter");
    crlite_sct sct = {};
    EXPECT_EQ(crlite_result_sct(result, &sct), 1);
    EXPECT_EQ(memcmp(sct.log_id, kTestLog.bytes, CRLITE_HASH_SIZE), 0);
    EXPECT_EQ(sct.timestamp_ms, kTestTimestamp);
    EXPECT_EQ(crlite_result_data_state(result), CRLITE_DATA_FRESH);
    EXPECT_EQ(crlite_result_generation(result), 1u);
    EXPECT_EQ(crlite_result_data_time_ms(result),
              static_cast<uint64_t>(asker.host.data_time) * 1000);
    EXPECT_GE(crlite_result_data_age_ms(result), 3'599'000u);
    EXPECT_LE(crlite_result_data_age_ms(result), 3'660'000u);
    EXPECT_STREQ(crlite_result_trouble(result), "");
    EXPECT_EQ(crlite_result_insists(result), 0);
  }
}

TEST(Evidence, IsTheFirstSctThatAFilterCovers) {
  OpenAsker asker;
  const crlite_sct other = SctOf(kOtherLog, 1), second = SctOf(kTestLog, 5), third = TestSct();
  EXPECT_EQ(asker.Query({0x02}, {other, second, third}), kRefused);
  crlite_sct sct = {};
  EXPECT_EQ(crlite_result_sct(asker.result.get(), &sct), 1);
  EXPECT_EQ(sct.timestamp_ms, 5u);
  EXPECT_EQ(asker.Check(asker.IssueWith(
                EncodeSctExtension({{kOtherLog, 1}, {kTestLog, 5}, {kTestLog, kTestTimestamp}}))),
            kRefused);
  EXPECT_EQ(crlite_result_sct(asker.result.get(), &sct), 1);
  EXPECT_EQ(sct.timestamp_ms, 5u);
}

TEST(Evidence, SctsBeyondThe64thAreIgnored) {
  OpenAsker asker;
  std::vector<crlite_sct> scts(63, SctOf(kOtherLog, 1));
  scts.push_back(TestSct());
  EXPECT_EQ(asker.Query({0x02}, scts), kRefused);
  scts.insert(scts.begin(), SctOf(kOtherLog, 1));
  EXPECT_EQ(asker.Query({0x02}, scts), NotCovered(CRLITE_REASON_FILTERS));
}

TEST(Evidence, DataFromTheFutureHasNoAge) {
  Asker asker;
  asker.host.data_time += kDay;
  asker.Publish();
  asker.Open();
  EXPECT_EQ(asker.Check(asker.good), kGood);
  EXPECT_EQ(crlite_result_data_age_ms(asker.result.get()), 0u);
  EXPECT_EQ(crlite_result_data_time_ms(asker.result.get()),
            static_cast<uint64_t>(asker.host.data_time) * 1000);
}

TEST(Evidence, IsThatOfTheFilterThatRevokes) {
  Asker asker;
  const Clubcard none = RevokingClubcard(asker.root.SpkiHash(), kTestLog, {});
  const Clubcard some = RevokingClubcard(asker.root.SpkiHash(), kTestLog, {{0x02}});
  SnapshotInput input;
  const std::string longest(32, 'n');
  input.filters = {{"full", {}, 0, &none}, {longest, {}, 0, &some}};
  input.generation = 7;
  input.data_time_ms = 1;
  input.policy.stale_after_s = UINT32_MAX;
  ASSERT_TRUE(InstallSnapshot(StatePaths(asker.host.state()), *CompileSnapshot(input)).ok());
  asker.Open();
  asker.Check(asker.good);
  EXPECT_STREQ(crlite_result_filter(asker.result.get()), "full") << "the first that knows it";
  asker.Check(asker.revoked);
  EXPECT_EQ(crlite_result_filter(asker.result.get()), longest);
  EXPECT_EQ(crlite_result_generation(asker.result.get()), 7u);
  EXPECT_EQ(crlite_generation(asker.asked.get()), 7u);
}

TEST(Evidence, OutlivesTheStore) {
  OpenAsker asker;
  asker.Check(asker.revoked);
  asker.asked.reset();
  std::filesystem::remove_all(asker.host.state());
  EXPECT_EQ(AnswerOf(asker.result.get()), kRefused);
  EXPECT_STREQ(crlite_result_filter(asker.result.get()), "test-filter");
  crlite_sct sct;
  EXPECT_EQ(crlite_result_sct(asker.result.get(), &sct), 1);
}

TEST(Evidence, OfAStoreOutlivesIt) {
  Asker asker;
  asker.Publish();
  asker.host.PublishRaw(ByteVector(1000, 'x'));
  asker.Open();
  asker.Check(asker.good);
  asker.asked.reset();
  EXPECT_STREQ(crlite_result_trouble(asker.result.get()), "not a snapshot (wrong magic)");
}

TEST(Evidence, OneResultTakesAnswersFromSeveralStores) {
  OpenAsker asker;
  Asker other;
  other.Open();
  EXPECT_EQ(asker.Check(asker.revoked), kRefused);
  asker.asked.swap(other.asked);
  EXPECT_EQ(asker.Check(asker.revoked), kNothing);
  EXPECT_STREQ(crlite_result_filter(asker.result.get()), "");
  asker.asked.swap(other.asked);
  EXPECT_EQ(asker.Check(asker.revoked), kRefused);
  EXPECT_STREQ(crlite_result_trouble(asker.result.get()), "");
}

}  // namespace
}  // namespace crlite::library
