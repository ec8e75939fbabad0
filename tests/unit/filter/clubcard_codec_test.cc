// Both encodings: the worked example, round trips, and what a writer must refuse.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "tests/unit/filter/clubcard_formats.h"
#include "tests/unit/filter/sample_clubcards.h"

namespace crlite {
namespace {

void ExpectSame(const Clubcard& a, const Clubcard& b) {
  ASSERT_EQ(a.coverage.size(), b.coverage.size());
  for (size_t i = 0; i < a.coverage.size(); ++i) {
    EXPECT_EQ(a.coverage[i].log, b.coverage[i].log);
    EXPECT_EQ(a.coverage[i].low_ms, b.coverage[i].low_ms);
    EXPECT_EQ(a.coverage[i].high_ms, b.coverage[i].high_ms);
  }
  ASSERT_EQ(a.blocks.size(), b.blocks.size());
  for (size_t i = 0; i < a.blocks.size(); ++i) {
    const ClubcardBlock &x = a.blocks[i], &y = b.blocks[i];
    EXPECT_EQ(x.issuer, y.issuer);
    EXPECT_EQ(std::tie(x.approx_m, x.approx_offset, x.exact_m, x.exact_offset, x.rank, x.inverted,
                       x.exceptions.packed, x.exceptions.count),
              std::tie(y.approx_m, y.approx_offset, y.exact_m, y.exact_offset, y.rank, y.inverted,
                       y.exceptions.packed, y.exceptions.count));
  }
  EXPECT_EQ(a.columns, b.columns);
  EXPECT_EQ(a.exact, b.exact);
}

TEST(WorkedExample, ReadsEveryField) {
  for (const auto& [format, file] : {std::pair{Format::kV3, WorkedExample::FullV3()},
                                     std::pair{Format::kV4, WorkedExample::FullV4()}}) {
    const auto clubcard = Read(format, file);
    ASSERT_TRUE(clubcard.ok()) << clubcard.error().message;
    const Clubcard& card = **clubcard;
    EXPECT_EQ(card.format, format);
    EXPECT_EQ(card.file_size, format == Format::kV3 ? 227u : 169u);
    ASSERT_EQ(card.coverage.size(), 2u);
    EXPECT_EQ(ToHex(card.coverage[0].log.bytes), WorkedExample::kLog1);
    EXPECT_EQ(ToHex(card.coverage[1].log.bytes), WorkedExample::kLog2);
    EXPECT_EQ(card.coverage[0].low_ms, 0u);
    EXPECT_EQ(card.coverage[0].high_ms, 9999999913599u);
    ASSERT_EQ(card.blocks.size(), 1u);
    EXPECT_EQ(ToHex(card.blocks[0].issuer.bytes), WorkedExample::kIssuer);
    EXPECT_EQ(card.blocks[0].approx_m, 1u);
    EXPECT_EQ(card.blocks[0].exact_m, 2u);
    EXPECT_EQ(card.blocks[0].rank, 0u);
    EXPECT_FALSE(card.blocks[0].inverted);
    EXPECT_EQ(card.blocks[0].exceptions.count, 0u);
    EXPECT_TRUE(card.columns.empty());
    EXPECT_EQ(card.exact, BitColumn{2});
  }
}

TEST(WorkedExample, IsWrittenByteForByte) {
  const auto clubcard = ReadClubcardV3(WorkedExample::FullV3());
  ASSERT_TRUE(clubcard.ok());
  EXPECT_EQ(WriteOrDie(Format::kV3, **clubcard), WorkedExample::FullV3());
  EXPECT_EQ(WriteOrDie(Format::kV4, **clubcard), WorkedExample::FullV4());
}

TEST(WorkedExample, AnswersAsComputedByHand) {
  constexpr FilterStatus kGood = FilterStatus::kGood, kRevoked = FilterStatus::kRevoked;
  const struct {
    const char* serial;
    FilterStatus full, delta1, delta2;
  } kRows[] = {{"00da4f392bfd8bcea8", kGood, kGood, kGood},
               {"2d35ca6503fb1ba3", kRevoked, kGood, kGood},
               {"009796e3b017a29f0d", kGood, kRevoked, kGood},
               {"167d2818a75ab5d8", kGood, kGood, kRevoked}};
  const auto full = ReadClubcardV3(WorkedExample::FullV3());
  const auto delta1 = ReadClubcardV3(WorkedExample::Delta1V3());
  const auto delta2 = ReadClubcardV3(WorkedExample::Delta2V3());
  ASSERT_TRUE(full.ok() && delta1.ok() && delta2.ok());
  Sct sct{{}, 1600000000000};
  ASSERT_TRUE(FromHexExactly(WorkedExample::kLog2, sct.log.bytes));
  Query query;
  ASSERT_TRUE(FromHexExactly(WorkedExample::kIssuer, query.issuer.bytes));
  query.scts = {&sct, 1};
  for (const auto& row : kRows) {
    const auto serial = FromHexOrDie(row.serial);
    query.serial = serial;
    EXPECT_EQ((*full)->Ask(query), row.full) << row.serial;
    EXPECT_EQ((*delta1)->Ask(query), row.delta1) << row.serial;
    EXPECT_EQ((*delta2)->Ask(query), row.delta2) << row.serial;
  }
}

class ClubcardFormat : public testing::TestWithParam<Format> {
 protected:
  std::vector<uint8_t> Sample() { return WriteOrDie(GetParam(), SampleClubcard()); }
};

TEST_P(ClubcardFormat, ReadsBackWhatItWrote) {
  const auto file = Sample();
  EXPECT_EQ(file.size(), GetParam() == Format::kV3 ? 360u : 250u);
  const auto clubcard = Read(GetParam(), file);
  ASSERT_TRUE(clubcard.ok()) << clubcard.error().message;
  ExpectSame(**clubcard, SampleClubcard());
}

TEST_P(ClubcardFormat, KeepsTheLargestValuesOfEveryField) {
  Clubcard clubcard = SampleClubcard();
  clubcard.coverage[0].low_ms = clubcard.coverage[0].high_ms = ~uint64_t{0};
  ClubcardBlock& block = clubcard.blocks[0];
  block.approx_m = block.approx_offset = block.exact_m = block.exact_offset = 0xffffffff;
  block.rank = 255;
  block.exceptions.Add(std::vector<uint8_t>(255, 0xff));
  clubcard.columns.resize(255);
  const auto again = Read(GetParam(), WriteOrDie(GetParam(), clubcard));
  ASSERT_TRUE(again.ok()) << again.error().message;
  ExpectSame(**again, clubcard);
}

TEST_P(ClubcardFormat, AnEmptyClubcardIsLegal) {
  const auto again = Read(GetParam(), WriteOrDie(GetParam(), Clubcard{}));
  ASSERT_TRUE(again.ok()) << again.error().message;
  ExpectSame(**again, Clubcard{});
}

TEST_P(ClubcardFormat, RefusesEveryTruncation) {
  const auto file = Sample();
  for (size_t length = 0; length < file.size(); ++length) {
    const auto read = Read(GetParam(), Bytes(file).first(length));
    ASSERT_FALSE(read.ok()) << length;
    EXPECT_EQ(read.error().code, ErrorCode::kMalformed);
    EXPECT_NE(read.error().message.find(" at offset "), std::string::npos) << read.error().message;
  }
}

TEST_P(ClubcardFormat, RefusesTrailingBytes) {
  auto file = Sample();
  file.push_back(0);
  const auto read = Read(GetParam(), file);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().message, "file: 1 bytes left over at offset " +
                                      std::to_string(file.size() - 1) +
                                      ", the end of the file wanted");
}

TEST_P(ClubcardFormat, SortsCoverageThatIsOutOfOrder) {
  auto file = Sample();
  const size_t entries = GetParam() == Format::kV3 ? 10 : 4;
  std::swap_ranges(file.begin() + static_cast<ptrdiff_t>(entries),
                   file.begin() + static_cast<ptrdiff_t>(entries + 48),
                   file.begin() + static_cast<ptrdiff_t>(entries + 48));
  const auto read = Read(GetParam(), file);
  ASSERT_TRUE(read.ok()) << read.error().message;
  ExpectSame(**read, SampleClubcard());
}

TEST_P(ClubcardFormat, WritesNoColumnThatNoIssuerReads) {
  Clubcard clubcard = SampleClubcard();
  clubcard.columns.push_back({1, 2, 3});
  EXPECT_EQ(WriteOrDie(GetParam(), clubcard), Sample());
}

TEST_P(ClubcardFormat, ReadsColumnsThatNoIssuerReads) {
  const bool v3 = GetParam() == Format::kV3;
  auto file = Sample();
  // Both issuers have rank 0 now.
  file[v3 ? 170 : 140] = 0;
  const auto read = Read(GetParam(), file);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ((*read)->columns.size(), 2u);
}

TEST_P(ClubcardFormat, RefusesToWriteWhatNoReaderAccepts) {
  const struct {
    const char* message;
    void (*spoil)(Clubcard* clubcard);
  } kCases[] = {
      {"rank 3, there are 2 columns", [](Clubcard* c) { c->blocks[0].rank = 3; }},
      {"occurs twice", [](Clubcard* c) { c->blocks[1].issuer = c->blocks[0].issuer; }},
      {"follows a larger one", [](Clubcard* c) { std::swap(c->blocks[0], c->blocks[1]); }},
      {"occurs twice", [](Clubcard* c) { c->coverage[1].log = c->coverage[0].log; }},
      {"follows a larger one", [](Clubcard* c) { std::swap(c->coverage[0], c->coverage[1]); }},
      {"malformed exceptions", [](Clubcard* c) { c->blocks[0].exceptions.count = 2; }},
      {"malformed exceptions", [](Clubcard* c) { c->blocks[0].exceptions.packed = {0}; }},
      {"4097 coverage entries, at most 4096", [](Clubcard* c) { c->coverage.resize(4097); }},
      {"65536 issuers, at most 65535", [](Clubcard* c) { c->blocks.resize(65536); }},
      {"65536 exceptions, at most 65535",
       [](Clubcard* c) {
         for (int i = 1; i < 65536; ++i) c->blocks[0].exceptions.Add(std::vector<uint8_t>{1});
       }},
      {"at most 67108864 are readable", [](Clubcard* c) { c->exact.resize((64 << 20) / 8); }},
  };
  for (const auto& test : kCases) {
    Clubcard clubcard = SampleClubcard();
    test.spoil(&clubcard);
    const auto written = Write(GetParam(), clubcard);
    ASSERT_FALSE(written.ok()) << test.message;
    EXPECT_NE(written.error().message.find(test.message), std::string::npos)
        << written.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ClubcardFormat, testing::Values(Format::kV3, Format::kV4),
                         [](const auto& test) { return test.param == Format::kV3 ? "V3" : "V4"; });

TEST(CheckClubcard, SortsWhenAskedTo) {
  Clubcard clubcard = SampleClubcard();
  std::swap(clubcard.blocks[0], clubcard.blocks[1]);
  std::swap(clubcard.coverage[0], clubcard.coverage[1]);
  EXPECT_FALSE(CheckClubcard(&clubcard, /*sort=*/false).ok());
  EXPECT_TRUE(CheckClubcard(&clubcard, /*sort=*/true).ok());
  ExpectSame(clubcard, SampleClubcard());
}

}  // namespace
}  // namespace crlite
