// The reference, FilterSet and the compiled snapshot answer every query alike, on clubcards that no
// builder would make. CRLITE_AGREEMENT_ROUNDS=n runs n rounds a test in place of a short run.
#include "tests/reference/agreement.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>

namespace crlite {
namespace {

uint64_t Rounds(uint64_t by_default) {
  const char* text = getenv("CRLITE_AGREEMENT_ROUNDS");
  return text == nullptr ? by_default : strtoull(text, nullptr, 10);
}

// Asks `count` random queries; adds to `outcomes` how often each answer came out.
void AskMany(const Agreement& agreement, uint64_t count, Choices* choices,
             std::map<Outcome, uint64_t>* outcomes) {
  for (uint64_t i = 0; i < count; ++i) {
    const OwnedQuery query = RandomQuery(agreement.clubcards(), choices);
    ASSERT_EQ(agreement.Compare(query), "");
    ++(*outcomes)[agreement.snapshot().Check(query.View()).outcome];
  }
}

TEST(Agreement, RandomClubcardsAnswerAlike) {
  std::map<Outcome, uint64_t> outcomes;
  for (uint64_t round = 0; round < Rounds(100); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Choices choices(round);
    std::vector<Clubcard> filters;
    for (uint64_t n = choices.Below(7); n > 0; --n) filters.push_back(RandomClubcard(&choices));
    Agreement agreement;
    ASSERT_EQ(agreement.Open(filters), "");
    ASSERT_NO_FATAL_FAILURE(AskMany(agreement, 500, &choices, &outcomes));
  }
  // A run in which one answer is rare would prove little.
  for (Outcome outcome : {Outcome::kRevoked, Outcome::kNotRevoked, Outcome::kNotEnrolled,
                          Outcome::kNotCovered, Outcome::kNoData}) {
    EXPECT_GE(outcomes[outcome], Rounds(100) * 20) << OutcomeName(outcome);
  }
}

// More filters than one word of a mask holds, and as many as a snapshot can.
TEST(Agreement, ManyFiltersAnswerAlike) {
  for (size_t count : std::array<size_t, 7>{63, 64, 65, 127, 128, 200, 511}) {
    SCOPED_TRACE(std::to_string(count) + " filters");
    Choices choices(count);
    std::vector<Clubcard> filters;
    while (filters.size() < count) filters.push_back(RandomClubcard(&choices));
    Agreement agreement;
    ASSERT_EQ(agreement.Open(filters), "");
    std::map<Outcome, uint64_t> outcomes;
    ASSERT_NO_FATAL_FAILURE(AskMany(agreement, 200, &choices, &outcomes));
  }
}

// The file, read by ours and written again in the other format, means the same.
TEST(Agreement, BothEncodingsAnswerAlike) {
  for (uint64_t round = 0; round < Rounds(100); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Choices choices(round);
    const Clubcard clubcard = RandomClubcard(&choices);
    const auto v3 = WriteClubcardV3(clubcard), v4 = WriteClubcardV4(clubcard);
    ASSERT_TRUE(v3.ok()) << v3.error().message;
    ASSERT_TRUE(v4.ok()) << v4.error().message;
    const auto from_v3 = crlite_reference::Read(std::string(v3->begin(), v3->end()));
    const auto from_v4 = crlite_reference::Read(std::string(v4->begin(), v4->end()));
    ASSERT_TRUE(from_v3 && from_v4);
    for (int i = 0; i < 200; ++i) {
      const OwnedQuery query = RandomQuery({&clubcard}, &choices);
      ASSERT_EQ(Name(Ask(*from_v3, query.ForReference())),
                Name(Ask(*from_v4, query.ForReference())))
          << query.ToString();
    }
  }
}

}  // namespace
}  // namespace crlite
