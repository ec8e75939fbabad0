#include "cascade/snapshot/compiler.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cascade/filter/filter_set.h"
#include "cascade/reader/snapshot.h"
#include "cascade/snapshot/self_test.h"
#include "tests/support/clubcards.h"

namespace crlite {
namespace {

// Clubcards, the snapshot compiled from them, and the slow way to ask them.
struct Compiled {
  std::vector<std::unique_ptr<Clubcard>> cards;
  FilterSet set;
  std::vector<uint8_t> file;
  Snapshot snapshot;

  Compiled(std::mt19937_64* random, size_t count, const RandomClubcardShape& shape) {
    SnapshotInput input;
    for (size_t i = 0; i < count; ++i) {
      cards.push_back(std::make_unique<Clubcard>(RandomClubcard(random, shape)));
      const std::string name = "filter-" + std::to_string(i);
      input.filters.push_back({name, {}, 0, cards.back().get()});
      set.Add(name, std::make_unique<Clubcard>(*cards.back()));
    }
    Result<std::vector<uint8_t>> result = CompileSnapshot(input);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
    file = std::move(result).value();
    EXPECT_EQ(Snapshot::Open(file, &snapshot), SnapshotError::kNone);
  }
};

// Asks random queries near everything that the shape can contain; returns how often each outcome
// came, so that a test can see that it was no idle run.
std::array<size_t, 5> CompareAnswers(std::mt19937_64* random, const Compiled& compiled,
                                     const RandomClubcardShape& shape, size_t queries) {
  std::array<size_t, 5> seen = {};
  for (size_t i = 0; i < queries; ++i) {
    const std::vector<uint8_t> serial = RandomBytes(random, 1 + (*random)() % 2);
    std::vector<Sct> scts((*random)() % 4);
    for (Sct& sct : scts) {
      sct = {LogNumber(static_cast<uint32_t>((*random)() % (shape.logs + 1))), (*random)() % 2100};
    }
    const Query query = {IssuerNumber(static_cast<uint32_t>((*random)() % (2 * shape.issuers + 1))),
                         serial, scts};
    const Verdict want = compiled.set.Check(query);
    const Verdict got = compiled.snapshot.Check(query);
    EXPECT_EQ(OutcomeName(got.outcome), OutcomeName(want.outcome));
    EXPECT_EQ(got.sct, want.sct);
    if (got.outcome != want.outcome) return seen;
    if (got.outcome == Outcome::kRevoked) {
      EXPECT_EQ(compiled.set.filter(got.filter).Ask(query), FilterStatus::kRevoked);
    }
    ++seen[static_cast<size_t>(got.outcome)];
  }
  return seen;
}

class AgreesWithFilters : public testing::TestWithParam<size_t> {};

TEST_P(AgreesWithFilters, OnRandomBits) {
  std::mt19937_64 random(GetParam());
  const RandomClubcardShape shape;
  const Compiled compiled(&random, GetParam(), shape);
  const auto seen = CompareAnswers(&random, compiled, shape, 20000);
  EXPECT_GT(seen[static_cast<size_t>(Outcome::kRevoked)], 20u);
  EXPECT_GT(seen[static_cast<size_t>(Outcome::kNotRevoked)], 20u);
  EXPECT_GT(seen[static_cast<size_t>(Outcome::kNotCovered)], 20u);
}

TEST_P(AgreesWithFilters, OnHostileNumbers) {
  std::mt19937_64 random(1000 + GetParam());
  RandomClubcardShape shape;
  shape.hostile = true;
  const Compiled compiled(&random, GetParam(), shape);
  CompareAnswers(&random, compiled, shape, 20000);
}

// 1 mask word, exactly one (63 and the self-test filter), two, three.
INSTANTIATE_TEST_SUITE_P(FilterCounts, AgreesWithFilters, testing::Values(1, 2, 5, 63, 64, 130));

TEST(Compiler, AgreesOnManyIssuers) {
  std::mt19937_64 random(7);
  RandomClubcardShape shape;
  shape.issuers = 2000;
  const Compiled compiled(&random, 3, shape);
  EXPECT_GT(compiled.snapshot.num_issuers(), 2000u);
  CompareAnswers(&random, compiled, shape, 50000);
}

TEST(Compiler, IsDeterministic) {
  std::mt19937_64 first(3), second(3);
  EXPECT_EQ(Compiled(&first, 9, {}).file, Compiled(&second, 9, {}).file);
}

TEST(Compiler, KeepsNamesTimesHashesAndPolicy) {
  std::mt19937_64 random(1);
  const Clubcard card = RandomClubcard(&random, {});
  SnapshotInput input;
  input.filters.push_back({"20261101-0-default.filter", Sha256::Hash(Bytes()), 77, &card});
  input.policy.mode = Mode::kShadow;
  input.policy.stale_after_s = 5;
  input.generation = 3;
  input.data_time_ms = 4;
  input.published_ms = 5;
  const auto file = CompileSnapshot(input);
  ASSERT_TRUE(file.ok());
  Snapshot snapshot;
  ASSERT_EQ(Snapshot::Open(*file, &snapshot), SnapshotError::kNone);
  EXPECT_EQ(snapshot.num_filters(), 1u);
  const Bytes name = snapshot.filter_name(0);
  EXPECT_EQ(std::string(name.begin(), name.end()), "20261101-0-default.filter");
  EXPECT_EQ(snapshot.filter_time_ms(0), 77u);
  EXPECT_EQ(memcmp(snapshot.filter_hash(0).data(), Sha256::Hash(Bytes()).bytes, kHashSize), 0);
  EXPECT_EQ(snapshot.policy().mode, Mode::kShadow);
  EXPECT_EQ(snapshot.policy().stale_after_s, 5u);
  EXPECT_EQ(snapshot.generation(), 3u);
  EXPECT_EQ(snapshot.data_time_ms(), 4u);
  EXPECT_EQ(snapshot.published_ms(), 5u);
  EXPECT_TRUE(snapshot.BodyHashMatches());
  EXPECT_TRUE(snapshot.filter_name(2).empty());
}

TEST(Compiler, SortsExemptionsAndKeepsTheLaterEndOfTwo) {
  SnapshotInput input;
  std::mt19937_64 random(9);
  for (uint64_t i = 0; i < 300; ++i) {
    ExemptionKey key;
    memcpy(key.bytes, RandomBytes(&random, kHashSize).data(), kHashSize);
    input.exemptions.push_back({key, 100 + i});
  }
  const auto file = CompileSnapshot(input);
  std::vector<SnapshotExemption> twice = input.exemptions;
  std::reverse(twice.begin(), twice.end());
  for (const SnapshotExemption& exemption : input.exemptions) {
    twice.push_back({exemption.key, exemption.until_ms - 1});
  }
  input.exemptions = twice;
  EXPECT_EQ(*CompileSnapshot(input), *file) << "whatever their order";
  Snapshot snapshot;
  ASSERT_EQ(Snapshot::Open(*file, &snapshot), SnapshotError::kNone);
  EXPECT_EQ(snapshot.num_exemptions(), 300u);
  for (size_t i = 300; i < twice.size(); ++i) {
    EXPECT_EQ(snapshot.ExemptUntilMs(twice[i].key), twice[i].until_ms + 1);
  }
  EXPECT_TRUE(snapshot.BodyHashMatches());
}

TEST(Compiler, WithoutFiltersCarriesPolicyAlone) {
  const auto file = CompileSnapshot({});
  ASSERT_TRUE(file.ok());
  Snapshot snapshot;
  ASSERT_EQ(Snapshot::Open(*file, &snapshot), SnapshotError::kNone);
  EXPECT_FALSE(snapshot.has_data());
  const Sct sct = {LogNumber(0), 5};
  const uint8_t serial[] = {1};
  EXPECT_EQ(snapshot.Check({IssuerNumber(0), serial, {&sct, 1}}).outcome, Outcome::kNoData);
}

TEST(Compiler, RefusesBadAndRepeatedNames) {
  std::mt19937_64 random(1);
  const Clubcard card = RandomClubcard(&random, {});
  for (const std::string& name :
       {std::string(""), std::string("../x"), std::string("a/b"), std::string(33, 'a'),
        std::string("nul\0", 4), std::string(snapshot_format::kSelfTestFilterName)}) {
    SnapshotInput input;
    input.filters.push_back({name, {}, 0, &card});
    EXPECT_FALSE(CompileSnapshot(input).ok()) << name;
  }
  SnapshotInput input;
  input.filters.push_back({"same", {}, 0, &card});
  input.filters.push_back({"same", {}, 0, &card});
  EXPECT_FALSE(CompileSnapshot(input).ok());
}

TEST(Compiler, RefusesMoreFiltersThanMasksHold) {
  const Clubcard empty;
  SnapshotInput input;
  for (int i = 0; i < 512; ++i) input.filters.push_back({"f" + std::to_string(i), {}, 0, &empty});
  EXPECT_FALSE(CompileSnapshot(input).ok());
  input.filters.pop_back();
  EXPECT_TRUE(CompileSnapshot(input).ok());
}

// 60,000 issuers that all claim the same 2 MB would need 120 GB.
TEST(Compiler, RefusesSharedRegionsThatWouldExplode) {
  Clubcard card;
  card.columns.resize(1);
  card.columns[0].resize(1 << 18);
  for (uint32_t i = 0; i < 60000; ++i) {
    ClubcardBlock block;
    block.issuer = IssuerNumber(i);
    block.approx_m = 1 << 24;
    block.rank = 1;
    card.blocks.push_back(block);
  }
  ASSERT_TRUE(CheckClubcard(&card, true).ok());
  SnapshotInput input;
  input.filters.push_back({"bomb", {}, 0, &card});
  const auto result = CompileSnapshot(input);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("more than"), std::string::npos);
}

TEST(Compiler, RefusesMoreCoverageThanFits) {
  std::mt19937_64 random(1);
  Clubcard card = RandomClubcard(&random, {});
  // With 512 filters an interval may need 40 + 2 * 72 bytes, and 1 GiB holds 5,835,554 of them.
  card.coverage.assign(11'421, card.coverage.at(0));
  SnapshotInput input;
  for (int i = 0; i < 511; ++i) input.filters.push_back({std::to_string(i), {}, 0, &card});
  const Result<std::vector<uint8_t>> file = CompileSnapshot(input);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().message, "snapshot: these filters would need more than 1073741824 bytes");
}

// The whole of it never stands in memory: pieces follow each other, and the head comes last.
TEST(Compiler, GivesASinkEachByteOnceAndTheHeadLast) {
  std::mt19937_64 random(1);
  const Clubcard card = RandomClubcard(&random, {});
  SnapshotInput input;
  input.filters.push_back({"one", {}, 0, &card});
  const Result<SnapshotPlan> plan = SnapshotPlan::Make(input);
  ASSERT_TRUE(plan.ok());
  std::vector<std::pair<uint64_t, uint64_t>> pieces;
  ASSERT_TRUE(plan->Write([&](uint64_t offset, Bytes bytes) {
                    pieces.push_back({offset, bytes.size()});
                    return Status::Ok();
                  })
                  .ok());
  ASSERT_GE(pieces.size(), 2u);
  ASSERT_EQ(pieces.back().first, 0u);
  uint64_t at = pieces.back().second;
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].first, at);
    at += pieces[i].second;
  }
  EXPECT_EQ(at, plan->size());
}

TEST(Compiler, EndsWithTheFirstFailureOfItsSink) {
  std::mt19937_64 random(1);
  const Clubcard card = RandomClubcard(&random, {});
  SnapshotInput input;
  input.filters.push_back({"one", {}, 0, &card});
  int calls = 0;
  const Status written = SnapshotPlan::Make(input)->Write([&calls](uint64_t, Bytes) {
    ++calls;
    return Status(Error{ErrorCode::kIo, "full"});
  });
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().message, "full");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace crlite
