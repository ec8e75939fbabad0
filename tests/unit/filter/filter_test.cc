#include "cascade/filter/filter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/filter/sample_clubcards.h"

namespace crlite {
namespace {

TEST(ReadFilter, KnowsEveryKindByItsFirstBytes) {
  const std::string layer =
      "01"
      "08000000"
      "01000000"
      "01"
      "ff";
  const struct {
    const char* name;
    std::vector<uint8_t> content;
    const char* kind;
  } kCases[] = {
      {"a", WorkedExample::FullV3(), "clubcard v3"},
      {"a", WorkedExample::FullV4(), "clubcard v4"},
      {"a", FromHexOrDie("0000" + layer), "Bloom cascade v0"},
      {"a", FromHexOrDie("0100" + layer), "Bloom cascade v1"},
      {"a", FromHexOrDie("02000000" + layer), "Bloom cascade v2"},
      {"a.stash",
       FromHexOrDie("01000000"
                    "20" +
                    std::string(64, 'a') + "0105"),
       "stash"},
  };
  for (const auto& test : kCases) {
    const auto filter = ReadFilter(test.name, test.content);
    ASSERT_TRUE(filter.ok()) << filter.error().message;
    EXPECT_EQ((*filter)->Describe().kind, test.kind);
    EXPECT_EQ((*filter)->Describe().file_size, test.content.size());
  }
}

TEST(ReadFilter, RefusesWhatIsNoFilterAndNamesTheFile) {
  const struct {
    const char* content;
    const char* message;
  } kCases[] = {
      {"", "f: file: 0 bytes at offset 0, a version of 2 bytes is wanted"},
      {"03", "f: file: 1 bytes at offset 0, a version of 2 bytes is wanted"},
      {"0500", "f: file: unsupported version 5 at offset 0, 0 to 4 wanted"},
      {"0101", "f: file: unsupported version 257 at offset 0, 0 to 4 wanted"},
      {"0301", "f: file: reserved byte 1 at offset 1, 0 wanted"},
      {"0400", "f: coverage: entry count at offset 2, 2 bytes wanted, the file has 0 left"},
      {"0100", "f: layer 1: hash algorithm at offset 2, 1 bytes wanted, the file has 0 left"},
  };
  for (const auto& test : kCases) {
    const auto filter = ReadFilter("f", FromHexOrDie(test.content));
    ASSERT_FALSE(filter.ok()) << test.message;
    EXPECT_EQ(filter.error().message, test.message);
    EXPECT_EQ(filter.error().code, ErrorCode::kMalformed);
  }
}

TEST(ReadFilterFile, ReadsAFileAndNamesItsPathInErrors) {
  const std::string path = testing::TempDir() + "crlite_filter_test";
  const auto content = WorkedExample::FullV3();
  std::ofstream(path).write(reinterpret_cast<const char*>(content.data()),
                            static_cast<std::streamsize>(content.size()));
  EXPECT_TRUE(ReadFilterFile(path).ok());
  std::ofstream(path, std::ios::trunc);
  const auto empty = ReadFilterFile(path);
  ASSERT_FALSE(empty.ok());
  EXPECT_TRUE(empty.error().message.starts_with(path + ": file: 0 bytes"));
  std::filesystem::remove(path);
  const auto absent = ReadFilterFile(path);
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code, ErrorCode::kIo);
}

TEST(Describe, ListsWhatAClubcardHolds) {
  const FilterDescription description = SampleClubcard().Describe();
  ASSERT_EQ(description.coverage.size(), 2u);
  EXPECT_EQ(description.coverage[0].high_ms, 200u);
  ASSERT_EQ(description.issuers.size(), 2u);
  EXPECT_EQ(description.issuers[0].rank, 2u);
  EXPECT_EQ(description.issuers[0].exceptions, 1u);
  EXPECT_TRUE(description.issuers[1].inverted);
  EXPECT_EQ(description.column_words, (std::vector<size_t>{1, 0}));
  EXPECT_EQ(description.exact_words, 2u);
}

}  // namespace
}  // namespace crlite
