#include <gtest/gtest.h>

#include <random>

#include "tests/unit/filter/sample_clubcards.h"

namespace crlite {
namespace {

// The definition, bit by bit (docs/formats.md, "Inner product").
bool SlowInnerProduct(const uint64_t a[4], const BitColumn& column, uint64_t start) {
  bool parity = false;
  for (uint64_t i = 0; i < 256; ++i) {
    const uint64_t at = start + i;
    const bool bit = at / 64 < column.size() && (column[at / 64] >> (at % 64) & 1) != 0;
    parity ^= bit && (a[i / 64] >> (i % 64) & 1) != 0;
  }
  return parity;
}

TEST(InnerProduct, EqualsTheDefinitionAtEveryStart) {
  std::mt19937_64 random(1);
  for (size_t words = 0; words <= 7; ++words) {
    BitColumn column(words);
    for (uint64_t& word : column) word = random();
    for (uint64_t start = 0; start < 64 * 8; ++start) {
      const uint64_t a[4] = {random() | 1, random(), random(), random()};
      EXPECT_EQ(InnerProduct(a, column, start), SlowInnerProduct(a, column, start))
          << words << " words, start " << start;
    }
  }
}

TEST(InnerProduct, IsZeroFarBehindTheEnd) {
  const uint64_t a[4] = {~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}};
  const BitColumn column(4, 1);
  EXPECT_TRUE(InnerProduct(a, {1}, 0));
  EXPECT_FALSE(InnerProduct(a, column, uint64_t{2} * 0xffffffff));
}

const std::vector<uint8_t> kSerial = {1, 2, 3, 4};

FilterStatus AskSample(const Clubcard& clubcard, uint8_t issuer, std::vector<Sct> scts) {
  return clubcard.Ask({IssuerOf(issuer), kSerial, scts});
}

TEST(ClubcardAsk, CoverageIntervalsAreInclusive) {
  const Clubcard clubcard = SampleClubcard();
  const LogId log = LogOf(0x11);
  EXPECT_EQ(AskSample(clubcard, 0xaa, {{log, 99}}), FilterStatus::kNotCovered);
  EXPECT_NE(AskSample(clubcard, 0xaa, {{log, 100}}), FilterStatus::kNotCovered);
  EXPECT_NE(AskSample(clubcard, 0xaa, {{log, 200}}), FilterStatus::kNotCovered);
  EXPECT_EQ(AskSample(clubcard, 0xaa, {{log, 201}}), FilterStatus::kNotCovered);
}

TEST(ClubcardAsk, AnIntervalThatEndsBeforeItBeginsCoversNothing) {
  for (uint64_t time : {39u, 40u, 45u, 50u, 51u}) {
    EXPECT_EQ(AskSample(SampleClubcard(), 0xaa, {{LogOf(0x22), time}}), FilterStatus::kNotCovered);
  }
}

TEST(ClubcardAsk, AnyCoveredSctSuffices) {
  const Clubcard clubcard = SampleClubcard();
  EXPECT_EQ(AskSample(clubcard, 0xaa, {}), FilterStatus::kNotCovered);
  EXPECT_EQ(AskSample(clubcard, 0xaa, {{LogOf(0x33), 150}}), FilterStatus::kNotCovered);
  EXPECT_NE(AskSample(clubcard, 0xaa, {{LogOf(0x33), 150}, {LogOf(0x22), 45}, {LogOf(0x11), 150}}),
            FilterStatus::kNotCovered);
}

TEST(ClubcardAsk, CoverageIsAskedBeforeEnrolment) {
  const Clubcard clubcard = SampleClubcard();
  EXPECT_EQ(AskSample(clubcard, 0xcc, {{LogOf(0x33), 150}}), FilterStatus::kNotCovered);
  EXPECT_EQ(AskSample(clubcard, 0xcc, {{LogOf(0x11), 150}}), FilterStatus::kNotEnrolled);
}

// One block over columns of zeros: every serial passes every test.
bool IsRevokedInZeros(const ClubcardBlock& block) {
  Clubcard clubcard;
  clubcard.columns = {{}, {}};
  return clubcard.IsRevoked(block, MakeEquationKey(block.issuer, kSerial), kSerial);
}

TEST(ClubcardIsRevoked, TheEmptySetHoldsNothingAndItsInverseEverything) {
  ClubcardBlock block{.issuer = IssuerOf(1)};
  EXPECT_FALSE(IsRevokedInZeros(block));
  block.inverted = true;
  EXPECT_TRUE(IsRevokedInZeros(block));
}

TEST(ClubcardIsRevoked, ZeroColumnsLetEverySerialPass) {
  ClubcardBlock block{.issuer = IssuerOf(1), .approx_m = 1, .exact_m = 1, .rank = 2};
  EXPECT_TRUE(IsRevokedInZeros(block));
  block.inverted = true;
  EXPECT_FALSE(IsRevokedInZeros(block));
}

TEST(ClubcardIsRevoked, AnExceptionTurnsAPassBeforeInversion) {
  ClubcardBlock block{.issuer = IssuerOf(1), .approx_m = 1, .exact_m = 1, .rank = 2};
  block.exceptions.Add(std::vector<uint8_t>{9});
  block.exceptions.Add(kSerial);
  EXPECT_FALSE(IsRevokedInZeros(block));
  block.inverted = true;
  EXPECT_TRUE(IsRevokedInZeros(block));
}

TEST(ClubcardIsRevoked, EveryColumnUpToTheRankMustAgreeAndNoOther) {
  // Bit 0 of the coefficients is set: a column of one 1 at the block's start refuses every serial.
  ClubcardBlock block{.issuer = IssuerOf(1), .approx_m = 1, .exact_m = 1};
  const EquationKey key = MakeEquationKey(block.issuer, kSerial);
  Clubcard clubcard;
  clubcard.columns = {{0}, {1}};
  for (const auto& [rank, revoked] : {std::pair{0, true}, {1, true}, {2, false}}) {
    block.rank = static_cast<uint8_t>(rank);
    EXPECT_EQ(clubcard.IsRevoked(block, key, kSerial), revoked) << "rank " << rank;
  }
  block.rank = 0;
  clubcard.exact = {1};
  EXPECT_FALSE(clubcard.IsRevoked(block, key, kSerial));
}

TEST(ClubcardIsRevoked, OffsetsMoveTheWindow) {
  ClubcardBlock block{.issuer = IssuerOf(1), .approx_m = 1, .exact_m = 1, .exact_offset = 70};
  const EquationKey key = MakeEquationKey(block.issuer, kSerial);
  Clubcard clubcard;
  clubcard.exact = {~uint64_t{0}, 1 << 6};
  EXPECT_FALSE(clubcard.IsRevoked(block, key, kSerial));
  clubcard.exact = {~uint64_t{0}, (1 << 6) - 1};
  EXPECT_TRUE(clubcard.IsRevoked(block, key, kSerial));
}

TEST(ClubcardIsRevoked, AnExactSizeOfZeroAndHugeOffsetsAreLegal) {
  ClubcardBlock block{.issuer = IssuerOf(1),
                      .approx_m = 0xffffffff,
                      .approx_offset = 0xffffffff,
                      .exact_m = 0,
                      .exact_offset = 0xffffffff,
                      .rank = 1};
  EXPECT_TRUE(IsRevokedInZeros(block));
}

TEST(SerialList, FindsWholeSerialsOnly) {
  SerialList list;
  EXPECT_FALSE(list.Contains(kSerial));
  list.Add(std::vector<uint8_t>{0, 1, 2, 3, 4});
  EXPECT_FALSE(list.Contains(kSerial));
  list.Add(std::vector<uint8_t>(255, 7));
  list.Add(kSerial);
  EXPECT_TRUE(list.Contains(kSerial));
  EXPECT_TRUE(list.Contains(std::vector<uint8_t>(255, 7)));
  EXPECT_FALSE(list.Contains(std::vector<uint8_t>(254, 7)));
  EXPECT_EQ(list.count, 3u);
}

}  // namespace
}  // namespace crlite
