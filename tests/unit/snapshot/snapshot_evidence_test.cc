// What the snapshot tells of single filters and logs is what those filters say themselves.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "cascade/reader/snapshot.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/self_test.h"
#include "tests/support/clubcards.h"

namespace crlite {
namespace {

constexpr size_t kFilters = 70;  // more than one word of a mask

struct Compiled {
  std::vector<Clubcard> cards;
  std::vector<uint8_t> file;
  Snapshot snapshot;

  Compiled() {
    std::mt19937_64 random(5);
    for (size_t i = 0; i < kFilters; ++i) cards.push_back(RandomClubcard(&random, {}));
    SnapshotInput input;
    for (size_t i = 0; i < kFilters; ++i) {
      input.filters.push_back({"filter-" + std::to_string(i), {}, 0, &cards[i]});
    }
    file = std::move(CompileSnapshot(input)).value();
    EXPECT_EQ(Snapshot::Open(file, &snapshot), SnapshotError::kNone);
  }
};

TEST(SnapshotEvidence, EveryFilterSaysWhatItsFileSays) {
  const Compiled compiled;
  std::mt19937_64 random(6);
  std::map<Outcome, size_t> seen;
  for (int n = 0; n < 1000; ++n) {
    const std::vector<uint8_t> serial = RandomBytes(&random, 1 + random() % 2);
    std::vector<Sct> scts(1 + random() % 2);
    for (Sct& sct : scts) sct = {LogNumber(static_cast<uint32_t>(random() % 4)), random() % 2100};
    const Query query = {IssuerNumber(static_cast<uint32_t>(random() % 17)), serial, scts};
    for (size_t i = 0; i < kFilters; ++i) {
      const Verdict verdict = compiled.snapshot.CheckFilter(i, query);
      ASSERT_EQ(OutcomeName(verdict.outcome), OutcomeName(OutcomeOf(compiled.cards[i].Ask(query))));
      ++seen[verdict.outcome];
    }
  }
  for (const Outcome outcome :
       {Outcome::kRevoked, Outcome::kNotRevoked, Outcome::kNotEnrolled, Outcome::kNotCovered}) {
    EXPECT_GT(seen[outcome], 100u) << OutcomeName(outcome);
  }
}

TEST(SnapshotEvidence, AFilterKnowsTheIssuersThatItHasBlocksOf) {
  const Compiled compiled;
  for (uint32_t n = 0; n < 17; ++n) {
    const IssuerSpkiHash issuer = IssuerNumber(n);
    for (size_t i = 0; i < kFilters; ++i) {
      ASSERT_EQ(compiled.snapshot.KnowsIssuer(i, issuer),
                compiled.cards[i].FindBlock(issuer) != nullptr);
    }
    EXPECT_FALSE(compiled.snapshot.KnowsIssuer(kFilters, issuer));
  }
  EXPECT_TRUE(compiled.snapshot.KnowsIssuer(kFilters, self_test::kIssuer));
}

TEST(SnapshotEvidence, AFilterBeyondTheTableCoversNothing) {
  const Compiled compiled;
  const Sct sct = {self_test::kLog, 1};
  const Query query = {self_test::kIssuer, self_test::RevokedSerial(), {&sct, 1}};
  EXPECT_EQ(compiled.snapshot.CheckFilter(kFilters, query).outcome, Outcome::kRevoked);
  EXPECT_EQ(compiled.snapshot.CheckFilter(kFilters + 1, query).outcome, Outcome::kNotCovered);
}

TEST(SnapshotEvidence, LogsAreCoveredFromTheEarliestToTheLatestTime) {
  const Compiled compiled;
  std::map<LogId, std::pair<uint64_t, uint64_t>> wanted = {{self_test::kLog, {0, UINT64_MAX}}};
  for (const Clubcard& card : compiled.cards) {
    for (const CoverageInterval& interval : card.coverage) {
      if (interval.low_ms > interval.high_ms) continue;
      auto& [low, high] = wanted.try_emplace(interval.log, UINT64_MAX, 0).first->second;
      low = std::min(low, interval.low_ms);
      high = std::max(high, interval.high_ms);
    }
  }
  ASSERT_EQ(compiled.snapshot.num_logs(), wanted.size());
  for (size_t i = 0; i < compiled.snapshot.num_logs(); ++i) {
    LogId log;
    uint64_t low, high;
    ASSERT_TRUE(compiled.snapshot.ReadLog(i, &log, &low, &high));
    EXPECT_EQ(std::pair(low, high), wanted.at(log));
  }
  LogId log;
  uint64_t low, high;
  EXPECT_FALSE(compiled.snapshot.ReadLog(wanted.size(), &log, &low, &high));
}

}  // namespace
}  // namespace crlite
