// What a reader of either encoding must refuse, and in which words.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/filter/clubcard_formats.h"
#include "tests/unit/filter/sample_clubcards.h"

namespace crlite {
namespace {

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
