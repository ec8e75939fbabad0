// Both encodings: the worked example, round trips, and what a reader must refuse.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "tests/unit/filter/sample_clubcards.h"

namespace crlite {
namespace {

using Format = Clubcard::Format;

Result<std::unique_ptr<Clubcard>> Read(Format format, Bytes content) {
  return format == Format::kV3 ? ReadClubcardV3(content) : ReadClubcardV4(content);
}

Result<std::vector<uint8_t>> Write(Format format, const Clubcard& clubcard) {
  return format == Format::kV3 ? WriteClubcardV3(clubcard) : WriteClubcardV4(clubcard);
}

std::vector<uint8_t> WriteOrDie(Format format, const Clubcard& clubcard) {
  auto file = Write(format, clubcard);
  EXPECT_TRUE(file.ok()) << file.error().message;
  return std::move(file).value();
}

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

// One change to the sample file, and what the reader says about it.
struct Damage {
  const char* name;
  Format format;
  size_t offset;
  const char* bytes;  // hex, put over what is there
  const char* message;
};

class ClubcardDamage : public testing::TestWithParam<Damage> {};

TEST_P(ClubcardDamage, IsRefusedWithFieldValueAndOffset) {
  const Damage& damage = GetParam();
  auto file = WriteOrDie(damage.format, SampleClubcard());
  const auto bytes = FromHexOrDie(damage.bytes);
  std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<ptrdiff_t>(damage.offset));
  const auto read = Read(damage.format, file);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().message, damage.message);
}

constexpr char kLog11[] = "1111111111111111111111111111111111111111111111111111111111111111";
constexpr char kIssuerAa[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

const Damage kDamages[] = {
    {"Version3", Format::kV3, 0, "04", "file: version 4 at offset 0, 3 wanted"},
    {"Reserved3", Format::kV3, 1, "01", "file: reserved byte 1 at offset 1, 0 wanted"},
    {"CoverageCount3", Format::kV3, 2, "ffffffffffffffff",
     "coverage: entry count 18446744073709551615 at offset 2, at most 4096 wanted"},
    {"CoverageCountBeyondFile3", Format::kV3, 2, "08",
     "coverage: entry count 8 at offset 2, the 350 bytes behind it hold at most 7"},
    {"RepeatedLog3", Format::kV3, 58, kLog11,
     "coverage: log id at offset 58, the same as an earlier one; each log once is wanted"},
    {"IndexCount3", Format::kV3, 106, "0000010000000000",
     "index: entry count 65536 at offset 106, at most 65535 wanted"},
    {"IndexCountBeyondFile3", Format::kV3, 106, "03",
     "index: entry count 3 at offset 106, the 246 bytes behind it hold at most 2"},
    {"IssuerLength3", Format::kV3, 114, "1f",
     "index entry 0: issuer length 31 at offset 114, 32 wanted"},
    {"RepeatedIssuer3", Format::kV3, 223, kIssuerAa,
     "index: issuer at offset 223, the same as an earlier one; each issuer once is wanted"},
    {"ApproxM3", Format::kV3, 154, "0000000001000000",
     "index entry 0: approx_m 4294967296 at offset 154, at most 4294967295 wanted"},
    {"ExactM3", Format::kV3, 162, "0000000001000000",
     "index entry 0: exact_m 4294967296 at offset 162, at most 4294967295 wanted"},
    {"RankBeyondByte3", Format::kV3, 170, "0001",
     "index entry 0: rank 256 at offset 170, at most 255 wanted"},
    {"RankBeyondColumns3", Format::kV3, 170, "03",
     "index entry 0: rank 3 at offset 170, the file has 2 columns"},
    {"RankOfSecondEntry3", Format::kV3, 271, "09",
     "index entry 1: rank 9 at offset 271, the file has 2 columns"},
    {"ApproxOffset3", Format::kV3, 178, "0000000001000000",
     "index entry 0: approx_offset 4294967296 at offset 178, at most 4294967295 wanted"},
    {"ExactOffset3", Format::kV3, 186, "0000000001000000",
     "index entry 0: exact_offset 4294967296 at offset 186, at most 4294967295 wanted"},
    {"Inverted3", Format::kV3, 194, "02",
     "index entry 0: inverted 2 at offset 194, at most 1 wanted"},
    {"ExceptionCount3", Format::kV3, 195, "0000010000000000",
     "index entry 0: exception count 65536 at offset 195, at most 65535 wanted"},
    {"ExceptionCountBeyondFile3", Format::kV3, 195, "12",
     "index entry 0: exception count 18 at offset 195, the 157 bytes behind it hold at most 17"},
    {"EmptyException3", Format::kV3, 203, "00",
     "index entry 0: exception length 0 at offset 203, 1 to 255 wanted"},
    {"LongException3", Format::kV3, 203, "0001",
     "index entry 0: exception length 256 at offset 203, at most 255 wanted"},
    {"ExceptionBeyondFile3", Format::kV3, 203, "ff",
     "index entry 0: exception at offset 211, 255 bytes wanted, the file has 149 left"},
    {"ColumnCount3", Format::kV3, 304, "ffffffffffffffff",
     "columns: column count 18446744073709551615 at offset 304, the 48 bytes behind it hold at "
     "most 6"},
    {"WordCount3", Format::kV3, 312, "0000000000000020",
     "column 0: word count 2305843009213693952 at offset 312, the 40 bytes behind it hold at most "
     "5"},
    {"ExactWordCount3", Format::kV3, 336, "03",
     "exact column: word count 3 at offset 336, the 16 bytes behind it hold at most 2"},
    {"Version4", Format::kV4, 0, "03", "file: version 3 at offset 0, 4 wanted"},
    {"Reserved4", Format::kV4, 1, "01", "file: reserved byte 1 at offset 1, 0 wanted"},
    {"CoverageCount4", Format::kV4, 2, "1001",
     "coverage: entry count 4097 at offset 2, at most 4096 wanted"},
    {"RepeatedLog4", Format::kV4, 52, kLog11,
     "coverage: log id at offset 52, the same as an earlier one; each log once is wanted"},
    {"IndexCount4", Format::kV4, 100, "00010000",
     "index: entry count 65536 at offset 100, at most 65535 wanted"},
    {"IndexCountBeyondFile4", Format::kV4, 100, "00000003",
     "index: entry count 3 at offset 100, the 146 bytes behind it hold at most 2"},
    {"RepeatedIssuer4", Format::kV4, 161, kIssuerAa,
     "index entry 1: issuer at offset 161, not above the one before it; ascending is wanted"},
    {"UnsortedIssuers4", Format::kV4, 161, "a9",
     "index entry 1: issuer at offset 161, not above the one before it; ascending is wanted"},
    {"RankBeyondColumns4", Format::kV4, 140, "03",
     "index entry 0: rank 3 at offset 140, the file has 2 columns"},
    {"Inverted4", Format::kV4, 153, "ff",
     "index entry 0: inverted 255 at offset 153, at most 1 wanted"},
    {"ExceptionCountBeyondFile4", Format::kV4, 154, "ffff",
     "index entry 0: exception count 65535 at offset 154, the 94 bytes behind it hold at most 47"},
    {"EmptyException4", Format::kV4, 156, "00",
     "index entry 0: exception length 0 at offset 156, 1 to 255 wanted"},
    {"WordCount4", Format::kV4, 214, "ffffffff",
     "column 0: word count 4294967295 at offset 214, the 32 bytes behind it hold at most 4"},
};

INSTANTIATE_TEST_SUITE_P(All, ClubcardDamage, testing::ValuesIn(kDamages),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace crlite
