#include "cascade/builder/build.h"

#include <algorithm>
#include <cmath>

#include "tests/unit/builder/memory_universe.h"

namespace crlite {
namespace {

// Effort that leaves candidates over which the exact column cannot tell apart.
constexpr EliminationEffort kTooLittle = {-0.2, 1};

const ClubcardBlock& OnlyBlock(const Clubcard& clubcard) {
  EXPECT_EQ(clubcard.blocks.size(), 1u);
  return clubcard.blocks.at(0);
}

// Builds a universe of one issuer in both formats, checks all its answers, returns the V4 one.
std::unique_ptr<Clubcard> BuildOne(const ListedIssuer& original, BuildOptions options = {}) {
  std::unique_ptr<Clubcard> clubcard;
  for (const auto format : {Clubcard::Format::kV3, Clubcard::Format::kV4}) {
    options.format = format;
    clubcard = MustRead(MustBuild(MakeUniverse(std::make_unique<ListedIssuer>(original)), options));
    ExpectTruth(*clubcard, original);
  }
  return clubcard;
}

TEST(Build, LeavesOutAnIssuerThatHasNoKnownSerials) {
  auto issuer = RandomIssuer(1, 0, 0);
  issuer->revoked.push_back({1, {7, 7}});
  const auto clubcard = MustRead(MustBuild(MakeUniverse(std::move(issuer))));
  EXPECT_TRUE(clubcard->blocks.empty());
  EXPECT_EQ(AskAbout(*clubcard, TestIssuer(1), {7, 7}), FilterStatus::kNotEnrolled);
}

TEST(Build, ListsAnIssuerWithoutRevocationsAsAllGood) {
  const ClubcardBlock block = OnlyBlock(*BuildOne(*RandomIssuer(1, 100, 0)));
  EXPECT_FALSE(block.inverted);
  EXPECT_EQ(block.approx_m, 0u);
}

TEST(Build, StoresNothingWhereAllAreRevoked) {
  const ClubcardBlock block = OnlyBlock(*BuildOne(*RandomIssuer(1, 100, 100)));
  EXPECT_TRUE(block.inverted);
  EXPECT_EQ(block.approx_m, 0u);
}

TEST(Build, InvertsWhenMoreThanHalfAreRevoked) {
  EXPECT_FALSE(OnlyBlock(*BuildOne(*RandomIssuer(1, 1000, 500))).inverted);
  const ClubcardBlock inverted = OnlyBlock(*BuildOne(*RandomIssuer(1, 1000, 501)));
  EXPECT_TRUE(inverted.inverted);
  EXPECT_EQ(inverted.rank, 0);
  const ClubcardBlock small = OnlyBlock(*BuildOne(*RandomIssuer(1, 6400, 6300)));
  EXPECT_TRUE(small.inverted);
  EXPECT_EQ(small.rank, 5);  // floor(log2(6300 / 100))
}

TEST(Build, CountsOnlyRevocationsOfKnownSerials) {
  auto issuer = RandomIssuer(1, 50, 3);
  issuer->revoked.push_back({1, Serial(20, 0xee)});
  BuildOptions options;
  options.wants_revset = true;
  const BuildResult result =
      MustBuild(MakeUniverse(std::make_unique<ListedIssuer>(*issuer)), options);
  EXPECT_EQ(result.summary.num_revoked, 3u);
  EXPECT_EQ(result.summary.num_known, 50u);
  EXPECT_EQ(result.revset.at(TestIssuer(1)).size(), 3u);
}

TEST(Build, DoesNotMindRepetitions) {
  for (const auto& [num_known, num_revoked] : {std::pair{2000, 300}, {2000, 1900}, {50, 50}}) {
    auto issuer = RandomIssuer(1, static_cast<size_t>(num_known), static_cast<size_t>(num_revoked));
    issuer->known.insert(issuer->known.end(), issuer->known.begin(), issuer->known.begin() + 50);
    issuer->revoked.insert(issuer->revoked.end(), issuer->revoked.begin(),
                           issuer->revoked.begin() + 50);
    const auto clubcard = BuildOne(*issuer);
    EXPECT_EQ(OnlyBlock(*clubcard).exceptions.count, 0u);
    EXPECT_EQ(OnlyBlock(*clubcard).approx_m == 0, num_known == num_revoked);
  }
}

TEST(Build, NamesAsExceptionsWhatTheExactColumnCannotTell) {
  BuildOptions options;
  options.exact_effort = kTooLittle;
  const auto issuer = RandomIssuer(1, 20000, 2000);
  const ClubcardBlock block = OnlyBlock(*BuildOne(*issuer, options));
  EXPECT_FALSE(block.inverted);
  EXPECT_GT(block.exceptions.count, 10u);
  for (size_t i = 0; i < 2000; ++i) EXPECT_FALSE(block.exceptions.Contains(issuer->known[i]));
}

TEST(Build, NamesRevokedSerialsAsExceptionsOfAnInvertedBlock) {
  BuildOptions options;
  options.exact_effort = kTooLittle;
  const auto issuer = RandomIssuer(1, 20000, 18000);
  const ClubcardBlock block = OnlyBlock(*BuildOne(*issuer, options));
  EXPECT_TRUE(block.inverted);
  EXPECT_GT(block.exceptions.count, 10u);
  for (size_t i = 18000; i < 20000; ++i) EXPECT_FALSE(block.exceptions.Contains(issuer->known[i]));
}

TEST(Build, RetriesUntilThereAreNoExceptions) {
  BuildOptions options;
  options.exact_effort.extra_positions = -0.05;
  EXPECT_EQ(OnlyBlock(*BuildOne(*RandomIssuer(1, 4000, 500), options)).exceptions.count, 0u);
  options.exact_effort.max_attempts = 1;
  EXPECT_GT(OnlyBlock(*BuildOne(*RandomIssuer(1, 4000, 500), options)).exceptions.count, 0u);
}

TEST(Build, TellsTheTruthAboutRandomUniverses) {
  std::mt19937_64 random(5);
  for (const size_t limit : {2, 10, 300, 5000, 50000}) {
    Universe universe;
    std::vector<ListedIssuer> originals;
    for (uint64_t number = 0; number < 6; ++number) {
      const size_t num_known = 1 + random() % limit;
      originals.push_back(*RandomIssuer(number, num_known, random() % (num_known + 1)));
      universe.issuers.push_back(std::make_unique<ListedIssuer>(originals.back()));
    }
    BuildOptions options;
    for (const auto format : {Clubcard::Format::kV3, Clubcard::Format::kV4}) {
      options.format = format;
      const auto clubcard = MustRead(MustBuild(universe, options));
      for (const ListedIssuer& issuer : originals) ExpectTruth(*clubcard, issuer);
    }
  }
}

TEST(Build, GivesTheSameBytesForAnyOrderAndNumberOfThreads) {
  Universe universe, shuffled;
  std::mt19937_64 random(9);
  for (uint64_t number = 0; number < 6; ++number) {
    auto issuer = RandomIssuer(number, 3000 * (number + 1), 1 + 2900 * number);
    auto other = std::make_unique<ListedIssuer>(*issuer);
    std::shuffle(other->known.begin(), other->known.end(), random);
    std::shuffle(other->revoked.begin(), other->revoked.end(), random);
    universe.issuers.push_back(std::move(issuer));
    shuffled.issuers.push_back(std::move(other));
  }
  BuildOptions options;
  options.exact_effort = kTooLittle;
  options.exact_effort.extra_positions = -0.02;  // a few exceptions, which have an order too
  options.wants_revset = true;
  const BuildResult one = MustBuild(universe, options);
  options.threads = 2;
  const BuildResult two = MustBuild(shuffled, options);
  EXPECT_GT(one.summary.num_exceptions, 1u);
  EXPECT_EQ(one.content, two.content);
  EXPECT_EQ(EncodeRevset(one.revset), EncodeRevset(two.revset));
}

TEST(Build, EncodesOnlyTheReasonsOfItsSet) {
  auto issuer = RandomIssuer(1, 1000, 0);
  for (size_t i = 0; i < 300; ++i) {
    issuer->revoked.push_back({static_cast<uint8_t>(i % 12), issuer->known[i]});
  }
  for (const ReasonSet reasons : {ReasonSet::kAll, ReasonSet::kSpecified, ReasonSet::kPriority}) {
    BuildOptions options;
    options.reasons = reasons;
    const auto clubcard =
        MustRead(MustBuild(MakeUniverse(std::make_unique<ListedIssuer>(*issuer)), options));
    std::set<Serial> revoked;
    for (const auto& [reason, serial] : issuer->revoked) {
      if (Includes(reasons, reason)) revoked.insert(serial);
    }
    ExpectTruth(*clubcard, *issuer, [&](const Serial& s) { return revoked.contains(s); });
  }
}

TEST(Build, DeltaEncodesWhatIsNewAndListsAllIssuers) {
  const auto busy = RandomIssuer(1, 5000, 300), calm = RandomIssuer(2, 100, 10);
  ListedIssuer before = *busy;
  before.revoked.resize(200);
  BuildOptions options;
  options.wants_revset = true;
  const BuildResult full = MustBuild(
      MakeUniverse(std::make_unique<ListedIssuer>(before), std::make_unique<ListedIssuer>(*calm)),
      options);
  options.previous = &full.revset;
  const BuildResult delta = MustBuild(
      MakeUniverse(std::make_unique<ListedIssuer>(*busy), std::make_unique<ListedIssuer>(*calm)),
      options);
  EXPECT_EQ(delta.summary.num_revoked, 100u);
  EXPECT_EQ(delta.revset.at(TestIssuer(1)).size(), 300u);
  const auto clubcard = MustRead(delta);
  EXPECT_EQ(clubcard->blocks.size(), 2u);
  const std::set<Serial> fresh(busy->known.begin() + 200, busy->known.begin() + 300);
  ExpectTruth(*clubcard, *busy, [&](const Serial& serial) { return fresh.contains(serial); });
  ExpectTruth(*clubcard, *calm, [](const Serial&) { return false; });
}

TEST(Build, LetsForeignSerialsPassAsSeldomAsItsRankSays) {
  const auto issuer = RandomIssuer(1, 40000, 2400);  // rank 3
  const auto clubcard = BuildOne(*issuer);
  int num_revoked = 0;
  for (uint32_t i = 0; i < 20000; ++i) {
    Serial serial(30);  // longer than any known one
    for (size_t j = 0; j < 4; ++j) serial[j] = static_cast<uint8_t>(i >> (8 * j));
    num_revoked += AskAbout(*clubcard, TestIssuer(1), serial) == FilterStatus::kRevoked;
  }
  EXPECT_NEAR(num_revoked, 20000 / 16, 120);  // 2^-(rank + 1); 3.5 standard deviations
}

TEST(Build, NeedsNoMoreRoomThanTheCostModelSays) {
  for (const auto& [num_known, num_revoked] :
       {std::pair{2000.0, 60.0}, {50000.0, 1000.0}, {200000.0, 20000.0}, {100000.0, 95000.0}}) {
    const BuildResult result = MustBuild(MakeUniverse(
        RandomIssuer(1, static_cast<size_t>(num_known), static_cast<size_t>(num_revoked))));
    const auto clubcard = MustRead(result);
    const double included = std::min(num_revoked, num_known - num_revoked);
    const double excluded = num_known - included;
    const double rank = std::floor(std::log2(excluded / included));
    const double candidates = excluded / std::exp2(rank);
    const double header = 2 + 2 + 48 + 4 + 52 + 1 + 4 * rank + 4;
    const double tails = 8 * rank;  // the random bits behind each column
    const double bits = included * rank + included + candidates;
    const double size = static_cast<double>(result.content.size()) - header - tails;
    EXPECT_LT(size, 1.02 * bits / 8 + 40) << num_known << ", " << num_revoked;
    EXPECT_GT(size, 0.97 * bits / 8 - 40) << num_known << ", " << num_revoked;
  }
}

// A source that shows more serials in later passes than in the first.
class ChangingIssuer final : public GeneratedIssuer {
 public:
  using GeneratedIssuer::GeneratedIssuer;
  Status ReadKnown(size_t part, const KnownSink& sink) const override {
    if (num_passes_++ < 2) return GeneratedIssuer::ReadKnown(part, sink);
    return GeneratedIssuer::ReadKnown(part, [&](std::span<const Bytes> serials) {
      for (Bytes serial : serials) {
        Serial longer(serial.begin(), serial.end());
        longer.push_back(0);
        const Bytes view(longer);
        sink(std::span(&view, 1));
      }
    });
  }

 private:
  mutable int num_passes_ = 0;
};

TEST(Build, SelfCheckNamesIssuerAndSerialOfAWrongAnswer) {
  const auto generate = [](uint64_t number, uint8_t* out) -> size_t {
    for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(number >> (8 * i));
    return 8;
  };
  const Result<BuildResult> result = BuildClubcard(
      MakeUniverse(std::make_unique<ChangingIssuer>(TestIssuer(1), 1000, 100, generate)),
      TestCoverage(), {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kInternal);
  EXPECT_NE(result.error().message.find("issuer AAAAAAAAAAEAAAAA"), std::string::npos)
      << result.error().message;
  EXPECT_NE(result.error().message.find("serial "), std::string::npos) << result.error().message;
}

// A source that in the last pass no longer shows the first serial, which is revoked.
class ForgetfulIssuer final : public GeneratedIssuer {
 public:
  using GeneratedIssuer::GeneratedIssuer;
  Status ReadKnown(size_t part, const KnownSink& sink) const override {
    const bool forgets = num_passes_++ >= 2;
    return GeneratedIssuer::ReadKnown(part, [&](std::span<const Bytes> serials) {
      sink(forgets && serials[0][0] == 0 ? serials.subspan(1) : serials);
    });
  }

 private:
  mutable int num_passes_ = 0;
};

TEST(Build, SelfCheckMissesARevokedSerialThatWasNotAsked) {
  const auto generate = [](uint64_t number, uint8_t* out) -> size_t {
    for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(number >> (8 * i));
    return 8;
  };
  const Result<BuildResult> result = BuildClubcard(
      MakeUniverse(std::make_unique<ForgetfulIssuer>(TestIssuer(1), 200, 20, generate)),
      TestCoverage(), {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kInternal);
  EXPECT_NE(result.error().message.find("changed"), std::string::npos) << result.error().message;
}

TEST(Build, RefusesMoreExceptionsThanABlockHolds) {
  BuildOptions options;
  options.exact_effort = {-2, 1};  // one position: all candidates are rejected
  const Result<BuildResult> result =
      BuildClubcard(MakeUniverse(RandomIssuer(1, 100000, 34000)), TestCoverage(), options);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("exception"), std::string::npos) << result.error().message;
}

}  // namespace
}  // namespace crlite
