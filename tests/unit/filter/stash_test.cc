#include "cascade/filter/stash.h"

#include <gtest/gtest.h>

#include "tests/unit/filter/sample_clubcards.h"

namespace crlite {
namespace {

// Issuer aa.. with serials 01 and 0203, issuer bb.. with 04, issuer aa.. again with 05.
std::vector<uint8_t> StashFile() {
  const std::string aa(64, 'a'), bb(64, 'b');
  return FromHexOrDie(
      "02000000"
      "20" +
      aa +
      "01"
      "01"
      "02"
      "0203"
      "01000000"
      "20" +
      bb +
      "01"
      "04"
      "01000000"
      "20" +
      aa +
      "01"
      "05");
}

FilterStatus Ask(const Stash& stash, uint8_t issuer, std::vector<uint8_t> serial) {
  return stash.Ask({IssuerOf(issuer), serial, {}});
}

TEST(Stash, RevokesWhatItListsAndSaysNothingElse) {
  const auto stash = ReadStash(StashFile());
  ASSERT_TRUE(stash.ok()) << stash.error().message;
  EXPECT_EQ(Ask(**stash, 0xaa, {1}), FilterStatus::kRevoked);
  EXPECT_EQ(Ask(**stash, 0xaa, {2, 3}), FilterStatus::kRevoked);
  EXPECT_EQ(Ask(**stash, 0xaa, {5}), FilterStatus::kRevoked);
  EXPECT_EQ(Ask(**stash, 0xbb, {4}), FilterStatus::kRevoked);
  EXPECT_EQ(Ask(**stash, 0xaa, {4}), FilterStatus::kNotCovered);
  EXPECT_EQ(Ask(**stash, 0xbb, {1}), FilterStatus::kNotCovered);
  EXPECT_EQ(Ask(**stash, 0xcc, {1}), FilterStatus::kNotCovered);
}

TEST(Stash, DescribesItsIssuers) {
  const auto stash = ReadStash(StashFile());
  ASSERT_TRUE(stash.ok());
  const FilterDescription description = (*stash)->Describe();
  EXPECT_EQ(description.kind, "stash");
  ASSERT_EQ(description.issuers.size(), 2u);
  EXPECT_EQ(description.issuers[0].hash, IssuerOf(0xaa));
  EXPECT_EQ(description.issuers[0].exact_m, 3u);
}

TEST(ReadStash, NoEntryIsAnEmptyStash) { EXPECT_TRUE(ReadStash({}).ok()); }

TEST(ReadStash, RefusesEveryTruncationInsideAnEntry) {
  const auto file = StashFile();
  for (size_t length = 1; length < file.size(); ++length) {
    EXPECT_EQ(ReadStash(Bytes(file).first(length)).ok(), length == 42 || length == 81) << length;
  }
}

TEST(ReadStash, RefusesWhatTheFormatForbids) {
  const struct {
    size_t offset;
    uint8_t value;
    const char* message;
  } kCases[] = {
      {3, 0xff,
       "entry 0: serial count 4278190082 at offset 0, the 116 bytes behind it hold at most 58"},
      {4, 31, "entry 0: issuer length 31 at offset 4, 32 wanted"},
      {37, 0, "entry 0: serial length 0 at offset 37, 1 to 255 wanted"},
      {37, 255, "entry 0: serial at offset 38, 255 bytes wanted, the file has 82 left"},
  };
  for (const auto& test : kCases) {
    auto file = StashFile();
    file[test.offset] = test.value;
    const auto stash = ReadStash(file);
    ASSERT_FALSE(stash.ok()) << test.message;
    EXPECT_EQ(stash.error().message, test.message);
  }
}

}  // namespace
}  // namespace crlite
