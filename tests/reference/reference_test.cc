// The reference itself on known answers: certificates and filters that Firefox tests with.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cascade/base/hex.h"
#include "tests/reference/clubcard_reference.h"
#include "tests/support/vectors.h"

namespace crlite_reference {
namespace {

std::string Unhex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  EXPECT_TRUE(crlite::FromHex(hex, &bytes));
  return std::string(bytes.begin(), bytes.end());
}

std::string Content(const std::string& relative) {
  std::ifstream file(crlite::VectorPath(relative), std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

constexpr uint64_t kLastCovered = 9999999913599;

// Answers of a filter and its two deltas, each alone, about one certificate.
std::vector<std::string> AnswersAbout(const std::string& folder, const std::string& suffix,
                                      const std::string& serial, uint64_t timestamp_ms) {
  const Query query{
      Unhex("f11c3dd048f74edb7c45192b83e5980d2f67ec84b4ddb9396e33ff5173ed698f"),
      Unhex(serial),
      {{std::string(32, 'x'), 1},
       {Unhex("a4b90990b418581487bb13a2cc67700a3c359804f91bdfb8e377cd0ec80ddc10"), timestamp_ms}}};
  std::vector<std::string> answers;
  for (const char* name :
       {"20201017-0-filter", "20201017-1-filter.delta", "20201201-3-filter.delta"}) {
    const auto filter = Read(Content(folder + "/" + name + suffix));
    answers.push_back(filter ? Name(Ask(*filter, query)) : "refused");
  }
  return answers;
}

using Answers = std::vector<std::string>;

void ExpectKnownAnswers(const std::string& folder, const std::string& suffix) {
  auto about = [&](const std::string& serial, uint64_t timestamp_ms = kLastCovered) {
    return AnswersAbout(folder, suffix, serial, timestamp_ms);
  };
  const std::string yes = Name(Answer::kRevoked), no = Name(Answer::kNotRevoked);
  EXPECT_EQ(about("00da4f392bfd8bcea8"), (Answers{no, no, no}));
  EXPECT_EQ(about("2d35ca6503fb1ba3"), (Answers{yes, no, no}));
  EXPECT_EQ(about("009796e3b017a29f0d"), (Answers{no, yes, no}));
  EXPECT_EQ(about("167d2818a75ab5d8"), (Answers{no, no, yes}));
  EXPECT_EQ(about("2d35ca6503fb1ba3", kLastCovered + 1), Answers(3, "NotCovered"));
}

TEST(Reference, GivesTheKnownAnswersFromV3) {
  CRLITE_NEEDS_VECTOR("crlite-firefox/20201017-0-filter");
  ExpectKnownAnswers("crlite-firefox", "");
}

TEST(Reference, GivesTheKnownAnswersFromV4) {
  CRLITE_NEEDS_VECTOR("crlite-derived/20201017-0-filter.v4");
  ExpectKnownAnswers("crlite-derived", ".v4");
}

}  // namespace
}  // namespace crlite_reference
