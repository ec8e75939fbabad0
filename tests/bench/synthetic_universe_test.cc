#include "tests/bench/synthetic_universe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "cascade/base/hex.h"
#include "cascade/builder/build.h"
#include "tests/support/vectors.h"
#include "tests/vectors/query_file.h"

namespace crlite::bench {
namespace {

constexpr char kPlan[] = "full-scale/plan.txt";

struct Totals {
  uint64_t known = 0, largest = 0;
  std::vector<uint64_t> revoked;  // by filter
};

Totals TotalsOf(const Plan& plan) {
  Totals totals;
  totals.revoked.resize(plan.num_deltas() + 1);
  for (const PlannedIssuer& issuer : plan.issuers) {
    totals.known += issuer.num_known;
    totals.largest = std::max(totals.largest, issuer.num_known);
    for (size_t k = 0; k < totals.revoked.size(); ++k) totals.revoked[k] += issuer.num_revoked[k];
  }
  return totals;
}

std::multiset<std::string> Known(const IssuerSource& source) {
  std::multiset<std::string> serials;
  for (size_t part = 0; part < source.num_parts(); ++part) {
    uint64_t size = 0;
    EXPECT_TRUE(source
                    .ReadKnown(part,
                               [&](std::span<const Bytes> batch) {
                                 size += batch.size();
                                 for (Bytes serial : batch) serials.insert(ToHex(serial));
                               })
                    .ok());
    EXPECT_EQ(size, source.PartSize(part));
  }
  return serials;
}

std::set<std::string> Revoked(const IssuerSource& source) {
  std::set<std::string> serials;
  EXPECT_TRUE(
      source.ReadRevoked([&](uint8_t, Bytes serial) { serials.insert(ToHex(serial)); }).ok());
  return serials;
}

Plan SmallPlan() {
  PlannedIssuer issuer;
  issuer.number = 3;
  issuer.num_known = 100'000;
  issuer.num_revoked = {10, 5, 7};
  issuer.real = {{0xab, 0xcd}, 2};
  Plan plan;
  plan.issuers.push_back(issuer);
  return plan;
}

// Computed once, independently, from the formula in the vectors' description.
TEST(SyntheticUniverse, MakesTheSerialsOfTheFormula) {
  EXPECT_EQ(ToHex(MakeSerial(0, 0)), "2706dd2f4d197e6f238275bc38fcbe91");
  EXPECT_EQ(ToHex(MakeSerial(7, 123'456'789)), "711acb2e3438a83be8a815815fe118bd");
}

TEST(SyntheticUniverse, ReadsEverySerialOnceInItsParts) {
  const Universe universe = UniverseAt(SmallPlan(), 0);
  const std::multiset<std::string> known = Known(*universe.issuers[0]);
  EXPECT_EQ(known.size(), 100'001u);
  for (const uint64_t counter : {0, 63, 64, 65535, 65536, 99'999}) {
    EXPECT_EQ(known.count(ToHex(MakeSerial(3, counter))), 1u) << counter;
  }
  EXPECT_EQ(known.count("abcd"), 1u);
}

TEST(SyntheticUniverse, RevokesTheNextOnesInEveryDelta) {
  const Plan plan = SmallPlan();
  EXPECT_EQ(Revoked(*UniverseAt(plan, 0).issuers[0]).size(), 10u);
  EXPECT_EQ(Revoked(*UniverseAt(plan, 1).issuers[0]).size(), 15u);
  std::set<std::string> wanted = {"abcd"};
  for (uint64_t counter = 15; counter < 22; ++counter) wanted.insert(ToHex(MakeSerial(3, counter)));
  EXPECT_EQ(Revoked(*NewsOf(plan, 2).issuers[0]), wanted);
}

TEST(SyntheticUniverse, ItsNewsMakeTheDeltaThatItsRevocationsMake) {
  const Plan plan = SmallPlan();
  BuildOptions options;
  options.wants_revset = true;
  const auto before = BuildClubcard(UniverseAt(plan, 1), CoverageAt(1), options);
  ASSERT_TRUE(before.ok()) << before.error().message;
  options.previous = &before->revset;
  const auto delta = BuildClubcard(UniverseAt(plan, 2), CoverageAt(2), options);
  const auto news = BuildClubcard(NewsOf(plan, 2), CoverageAt(2), {});
  ASSERT_TRUE(delta.ok() && news.ok());
  EXPECT_EQ(news->summary.num_revoked, 8u);
  EXPECT_EQ(news->content, delta->content);
}

TEST(SyntheticUniverse, ScalesSumsDown) {
  Plan plan = SmallPlan();
  plan.issuers[0].num_revoked = {17, 4, 4, 30};
  const Plan scaled = Scaled(plan, 10, 2);
  EXPECT_EQ(scaled.issuers[0].num_known, 10'000u);
  EXPECT_EQ(scaled.issuers[0].num_revoked, (std::vector<uint64_t>{1, 1, 0}));
  EXPECT_EQ(Scaled(plan, 1'000'000, 9).issuers[0].num_known, 1u);
  EXPECT_EQ(Scaled(plan, 1, 9).num_deltas(), 3u);
}

TEST(SyntheticUniverse, ItsOwnPlanHasTheSizeOfTheWeb) {
  const Plan plan = MakePlan();
  EXPECT_EQ(plan.issuers.size(), 1003u);
  EXPECT_EQ(plan.num_deltas(), 60u);
  const Totals totals = TotalsOf(plan);
  EXPECT_NEAR(static_cast<double>(totals.known), 300e6, 3e6);
  EXPECT_EQ(totals.largest, 180'000'000u);
  EXPECT_NEAR(static_cast<double>(totals.revoked[0]), 10e6, 0.3e6);
  uint64_t num_new = 0;
  for (size_t k = 1; k <= 60; ++k) num_new += totals.revoked[k];
  EXPECT_NEAR(static_cast<double>(num_new) / 60, 38'800, 2'000);
  for (const PlannedIssuer& issuer : plan.issuers) {
    EXPECT_LT(issuer.FirstRevoked(61), issuer.num_known);
  }
}

TEST(SyntheticUniverse, CoversMoreFromFilterToFilter) {
  const auto first = CoverageAt(0), last = CoverageAt(60);
  ASSERT_EQ(first.size(), 55u);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_TRUE(first[i].log == last[i].log);
    EXPECT_TRUE(i == 0 || first[i - 1].log < first[i].log);
    EXPECT_EQ(last[i].high_ms - first[i].high_ms, 60 * 43'200'000u);
  }
}

TEST(SyntheticUniverse, ReadsThePlanOfTheReferenceSet) {
  CRLITE_NEEDS_VECTOR(kPlan);
  const Result<Plan> plan = ReadPlan(VectorPath(kPlan));
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  const Totals totals = TotalsOf(*plan);
  EXPECT_EQ(totals.known, 300'149'503u);
  EXPECT_EQ(totals.revoked[0], 10'001'502u);
  EXPECT_EQ(plan->issuers.back().real->revoked_in, 60u);
  EXPECT_EQ(plan->issuers[1001].real->revoked_in, std::nullopt);
}

// The set's deltas are understood rightly: what the plan revokes in one is revoked in the
// reference's answers, wherever these speak about the certificate at all.
TEST(SyntheticUniverse, RevokesWhatTheReferenceDeltasRevoke) {
  CRLITE_NEEDS_VECTOR(kPlan);
  const Result<Plan> plan = ReadPlan(VectorPath(kPlan));
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  const auto queries = ReadQueries(VectorPath("full-scale/queries.tsv"));
  const auto answers = ReadLines(VectorPath("full-scale/expected.txt"));
  std::map<std::pair<IssuerSpkiHash, std::vector<uint8_t>>, std::string> asked;
  for (size_t i = 0; i < queries.size(); ++i) {
    asked[{queries[i].issuer, queries[i].serial}] = answers[i];
  }
  std::map<IssuerSpkiHash, std::unordered_map<uint64_t, const std::string*>> by_prefix;
  for (const auto& [key, answer] : asked) {
    by_prefix[key.first][LoadBe64(key.second.data())] = &answer;
  }
  size_t num_revoked = 0;
  for (const PlannedIssuer& issuer : plan->issuers) {
    const auto& prefixes = by_prefix[issuer.issuer];
    for (uint64_t c = issuer.FirstRevoked(1); c < issuer.FirstRevoked(61); ++c) {
      const auto it = prefixes.find(LoadBe64(MakeSerial(issuer.number, c).data()));
      if (it == prefixes.end()) continue;
      EXPECT_NE(*it->second, "NotRevoked") << issuer.number << ", " << c;
      num_revoked += *it->second == "Revoked" ? 1 : 0;
    }
  }
  EXPECT_GT(num_revoked, 3000u);
}

}  // namespace
}  // namespace crlite::bench
