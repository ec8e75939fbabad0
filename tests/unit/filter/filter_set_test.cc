#include "cascade/filter/filter_set.h"

#include <gtest/gtest.h>

#include "tests/unit/filter/sample_clubcards.h"

namespace crlite {
namespace {

const Sct kSct{LogOf(0x11), 150};
const std::vector<uint8_t> kSerial = {5};
const Query kQuery{IssuerOf(0xaa), kSerial, {&kSct, 1}};

constexpr FilterStatus kStatuses[] = {FilterStatus::kNotCovered, FilterStatus::kNotEnrolled,
                                      FilterStatus::kGood, FilterStatus::kRevoked};

// A clubcard that answers kQuery with this status.
std::unique_ptr<Clubcard> ClubcardThatSays(FilterStatus status) {
  auto clubcard = std::make_unique<Clubcard>();
  clubcard->coverage = {{LogOf(0x11), 100, status == FilterStatus::kNotCovered ? 149u : 200u}};
  if (status != FilterStatus::kNotEnrolled) {
    clubcard->blocks = {{.issuer = IssuerOf(0xaa), .inverted = status == FilterStatus::kRevoked}};
  }
  EXPECT_EQ(clubcard->Ask(kQuery), status);
  return clubcard;
}

Verdict CheckPair(FilterStatus first, FilterStatus second) {
  FilterSet set;
  set.Add("first", ClubcardThatSays(first));
  set.Add("second", ClubcardThatSays(second));
  return set.Check(kQuery);
}

TEST(FilterSet, CombinesEveryPairOfStatuses) {
  constexpr Outcome kN = Outcome::kNotCovered, kE = Outcome::kNotEnrolled,
                    kG = Outcome::kNotRevoked, kR = Outcome::kRevoked;
  constexpr Outcome kExpected[4][4] = {
      {kN, kE, kG, kR}, {kE, kE, kG, kR}, {kG, kG, kG, kR}, {kR, kR, kR, kR}};
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = 0; j < 4; ++j) {
      const Verdict verdict = CheckPair(kStatuses[i], kStatuses[j]);
      EXPECT_EQ(verdict.outcome, kExpected[i][j]) << i << ", " << j;
      EXPECT_EQ(verdict.reason, Reason::kFilters);
    }
  }
}

TEST(FilterSet, NamesTheFilterThatDecided) {
  const FilterStatus kNo = FilterStatus::kNotCovered, kOut = FilterStatus::kNotEnrolled,
                     kGood = FilterStatus::kGood, kBad = FilterStatus::kRevoked;
  EXPECT_EQ(CheckPair(kGood, kBad).filter, 1);
  EXPECT_EQ(CheckPair(kBad, kBad).filter, 0);
  EXPECT_EQ(CheckPair(kGood, kGood).filter, 0);
  EXPECT_EQ(CheckPair(kNo, kGood).filter, 1);
  EXPECT_EQ(CheckPair(kNo, kOut).filter, Verdict::kNone);
  EXPECT_EQ(CheckPair(kNo, kNo).filter, Verdict::kNone);
}

TEST(FilterSet, NamesTheFirstSctThatAnyFilterCovers) {
  FilterSet set;
  set.Add("filter", ClubcardThatSays(FilterStatus::kGood));
  const Sct scts[] = {{LogOf(0x11), 99}, {LogOf(0x22), 150}, kSct, kSct};
  EXPECT_EQ(set.Check({IssuerOf(0xaa), kSerial, scts}).sct, 2);
  EXPECT_EQ(set.Check({IssuerOf(0xaa), kSerial, {scts, 2}}).sct, Verdict::kNone);
}

TEST(FilterSet, AnEmptySetHasNoData) {
  const Verdict verdict = FilterSet().Check(kQuery);
  EXPECT_EQ(verdict.outcome, Outcome::kNoData);
  EXPECT_EQ(verdict.reason, Reason::kNoSnapshot);
}

TEST(FilterSet, KeepsNamesInTheOrderOfAdd) {
  FilterSet set;
  set.Add("full", ClubcardThatSays(FilterStatus::kGood));
  set.Add("delta", ClubcardThatSays(FilterStatus::kRevoked));
  ASSERT_EQ(set.size(), 2u);
  EXPECT_EQ(set.name(1), "delta");
  EXPECT_EQ(set.filter(1).Ask(kQuery), FilterStatus::kRevoked);
}

}  // namespace
}  // namespace crlite
