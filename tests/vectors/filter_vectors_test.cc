// Clubcards against the answers of Mozilla's implementations (see the vectors' README files).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/filter/clubcard.h"
#include "cascade/filter/filter_set.h"
#include "cascade/reader/certificate.h"
#include "tests/support/vectors.h"
#include "tests/vectors/query_file.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

// Adds a vector's filter, by its path below the vectors, to the set.
void AddFilter(const std::string& relative, FilterSet* set) {
  auto filter = ReadFilterFile(VectorPath(relative));
  ASSERT_TRUE(filter.ok()) << filter.error().message;
  set->Add(relative, std::move(filter).value());
}

// The filters of a folder whose names end in `suffix`, in the order of their names.
void AddFolder(const std::string& relative, std::string_view suffix, FilterSet* set) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(VectorPath(relative))) {
    const std::string name = entry.path().filename();
    if (name.ends_with(suffix)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  ASSERT_FALSE(names.empty());
  for (const std::string& name : names) AddFilter(relative + "/" + name, set);
}

void ExpectAnswers(const FilterSet& set, const std::string& folder) {
  const std::vector<StoredQuery> queries = ReadQueries(VectorPath(folder + "/queries.tsv"));
  const std::vector<std::string> expected = ReadLines(VectorPath(folder + "/expected.txt"));
  ASSERT_FALSE(queries.empty());
  ASSERT_EQ(queries.size(), expected.size());
  for (size_t i = 0; i < queries.size(); ++i) {
    const Verdict verdict = set.Check(queries[i].AsQuery());
    ASSERT_EQ(OutcomeName(verdict.outcome), expected[i]) << folder << ", query " << i + 1;
  }
}

class ReferenceSet : public testing::TestWithParam<const char*> {};

TEST_P(ReferenceSet, AnswersAsTheReferenceInBothEncodings) {
  const std::string folder = std::string("clubcard-reference/") + GetParam();
  CRLITE_NEEDS_VECTOR(folder);
  for (const char* suffix : {".v3", ".v4"}) {
    FilterSet set;
    AddFolder(folder, suffix, &set);
    ExpectAnswers(set, folder);
  }
}

// v-chain: the files' names sort into the order of the chain.
INSTANTIATE_TEST_SUITE_P(All, ReferenceSet,
                         testing::Values("i-none-revoked", "ii-all-revoked", "ii-tiny",
                                         "ii-tiny-inverted", "iii-many", "iv-exceptions",
                                         "v-chain"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(ReferenceSets, BothEncodingsConvertIntoEachOther) {
  CRLITE_NEEDS_VECTOR("clubcard-reference");
  for (const auto& entry : fs::recursive_directory_iterator(VectorPath("clubcard-reference"))) {
    if (entry.path().extension() != ".v3" ||
        entry.path().parent_path().filename() == "vi-malformed") {
      continue;
    }
    SCOPED_TRACE(entry.path());
    const auto v3 = ReadFile(entry.path(), kMaxFilterFileSize);
    const auto v4 = ReadFile(fs::path(entry.path()).replace_extension("v4"), kMaxFilterFileSize);
    ASSERT_TRUE(v3.ok() && v4.ok());
    const auto from_v3 = ReadClubcardV3(*v3), from_v4 = ReadClubcardV4(*v4);
    ASSERT_TRUE(from_v3.ok() && from_v4.ok());
    EXPECT_EQ(*WriteClubcardV4(**from_v3), *WriteClubcardV4(**from_v4));
    EXPECT_EQ(*WriteClubcardV3(**from_v4), *WriteClubcardV3(**from_v3));
    // Both files have as many bytes as ours: nothing was added or lost.
    EXPECT_EQ(WriteClubcardV3(**from_v4)->size(), v3->size());
    EXPECT_EQ(WriteClubcardV4(**from_v3)->size(), v4->size());
  }
}

TEST(FullScale, SixtyOneFiltersAnswerAsTheReference) {
  CRLITE_NEEDS_VECTOR("full-scale");
  FilterSet set;
  // Names sort into the order of the chain.
  AddFolder("full-scale/revocation", ".filter", &set);
  AddFolder("full-scale/revocation", ".filter.delta", &set);
  ASSERT_EQ(set.size(), 61u);
  ExpectAnswers(set, "full-scale");
}

// What the reference accepts and docs/formats.md, "Parser rules", refuses.
const std::map<std::string, const char*> kStricterThanTheReference = {
    {"trailing1.v3", "bytes behind the end of a v3 file"},
    {"inverted2.v4", "inverted is neither 0 nor 1"},
    {"inverted255.v4", "inverted is neither 0 nor 1"},
    {"rank-plus1.v4", "rank beyond the columns; the reference panics when asked"},
    {"rank255.v3", "rank beyond the columns; the reference panics when asked"},
    {"rank255.v4", "rank beyond the columns; the reference panics when asked"},
    {"rank-huge.v3", "rank beyond the columns; the reference panics when asked"},
    {"columns-zero.v4", "rank beyond the columns; the reference panics when asked"},
    {"approx-offset-max.v3", "offset above 2^32 - 1"},
    {"approx-m-max.v3", "m above 2^32 - 1"},
    {"index-unsorted.v4", "issuers out of order"},
    {"index-duplicate.v3", "an issuer twice"},
    {"index-duplicate.v4", "an issuer twice"},
    {"coverage-duplicate-first-log.v4", "a log twice"},
    {"exc-self.v4", "an exception of 0 bytes"},
};

// "R,G,C,E": Revoked, NotRevoked, NotCovered, NotEnrolled.
std::string AnswersOf(const Filter& filter, const std::vector<StoredQuery>& queries) {
  std::string answers;
  for (const StoredQuery& query : queries) {
    if (!answers.empty()) answers += ',';
    switch (filter.Ask(query.AsQuery())) {
      case FilterStatus::kRevoked:
        answers += 'R';
        break;
      case FilterStatus::kGood:
        answers += 'G';
        break;
      case FilterStatus::kNotCovered:
        answers += 'C';
        break;
      case FilterStatus::kNotEnrolled:
        answers += 'E';
        break;
    }
  }
  return answers;
}

TEST(Malformed, EveryFileIsRefusedWithAnOffsetOrAnsweredAsTheReference) {
  const std::string folder = "clubcard-reference/vi-malformed/";
  CRLITE_NEEDS_VECTOR(folder);
  const std::vector<StoredQuery> queries = ReadQueries(VectorPath(folder + "queries.tsv"));
  size_t num_answered = 0;
  for (const std::string& line : ReadLines(VectorPath(folder + "expected.tsv"))) {
    const std::vector<std::string> fields = Split(line, '\t');
    ASSERT_GE(fields.size(), 2u);
    const std::string& name = fields[0];
    SCOPED_TRACE(name);
    const bool is_accepted = fields[1] == "accepted" && !kStricterThanTheReference.contains(name);
    const auto filter = ReadFilterFile(VectorPath(folder + name));
    ASSERT_EQ(filter.ok(), is_accepted) << (filter.ok() ? "" : filter.error().message);
    if (is_accepted) {
      ASSERT_EQ(fields.size(), 4u);
      EXPECT_EQ(AnswersOf(**filter, queries), fields[3]);
      ++num_answered;
    } else {
      EXPECT_NE(filter.error().message.find(" at offset "), std::string::npos)
          << filter.error().message;
    }
  }
  EXPECT_GE(num_answered, 6u);
}

// ---- the filters of Firefox's own tests -------------------------------------------------------

struct FirefoxCase {
  const char* certificate;
  const char* issuer;
  const char* statuses;  // of the three filters, as letters
  Outcome full, with_one_delta, with_two_deltas;
};

constexpr Outcome kGood = Outcome::kNotRevoked, kBad = Outcome::kRevoked,
                  kNone = Outcome::kNotCovered;
const FirefoxCase kFirefoxCases[] = {
    {"valid", "issuer", "G,G,G", kGood, kGood, kGood},
    {"revoked", "issuer", "R,G,G", kBad, kBad, kBad},
    {"revoked-in-stash", "issuer", "G,R,G", kGood, kBad, kBad},
    {"revoked-in-stash-2", "issuer", "G,G,R", kGood, kGood, kBad},
    {"no-sct", "no-sct-issuer", "C,C,C", kNone, kNone, kNone},
    {"notcovered", "issuer", "C,C,C", kNone, kNone, kNone},
};
constexpr const char* kFirefoxFilters[] = {"20201017-0-filter", "20201017-1-filter.delta",
                                           "20201201-3-filter.delta"};

// The query about a PEM certificate.
StoredQuery QueryOf(const std::string& certificate, const std::string& issuer) {
  CertificateFields leaf, parent;
  const auto leaf_der = ReadPem(VectorPath("crlite-firefox/" + certificate + ".pem"));
  const auto parent_der = ReadPem(VectorPath("crlite-firefox/" + issuer + ".pem"));
  EXPECT_TRUE(ParseCertificate(leaf_der, &leaf) && ParseCertificate(parent_der, &parent));
  StoredQuery query{parent.SpkiHash(), {leaf.serial.begin(), leaf.serial.end()}, {}};
  SctList list;
  if (leaf.has_sct_extension && ParseSctList(leaf.sct_extension, &list)) {
    query.scts.assign(list.Span().begin(), list.Span().end());
  }
  return query;
}

void ExpectFirefoxAnswers(const std::string& folder, const std::string& suffix) {
  for (const FirefoxCase& test : kFirefoxCases) {
    SCOPED_TRACE(test.certificate);
    const StoredQuery query = QueryOf(test.certificate, test.issuer);
    const Outcome expected[] = {test.full, test.with_one_delta, test.with_two_deltas};
    FilterSet set;
    std::string statuses;
    for (size_t i = 0; i < 3; ++i) {
      AddFilter(folder + "/" + kFirefoxFilters[i] + suffix, &set);
      statuses += (i > 0 ? "," : "") + AnswersOf(set.filter(i), {query});
      EXPECT_EQ(set.Check(query.AsQuery()).outcome, expected[i]) << i + 1 << " filters";
    }
    EXPECT_EQ(statuses, test.statuses);
  }
}

TEST(FirefoxFilters, AnswerAsInFirefoxsTests) {
  CRLITE_NEEDS_VECTOR("crlite-firefox");
  ExpectFirefoxAnswers("crlite-firefox", "");
}

TEST(FirefoxFilters, AnswerTheSameAsV4) {
  CRLITE_NEEDS_VECTOR("crlite-derived");
  ExpectFirefoxAnswers("crlite-derived", ".v4");
}

TEST(FirefoxFilters, BecomeTheDerivedV4FilesByteForByte) {
  CRLITE_NEEDS_VECTOR("crlite-derived");
  for (const std::string name : kFirefoxFilters) {
    const auto v3 = ReadFile(VectorPath("crlite-firefox/" + name), kMaxFilterFileSize);
    const auto v4 = ReadFile(VectorPath("crlite-derived/" + name + ".v4"), kMaxFilterFileSize);
    ASSERT_TRUE(v3.ok() && v4.ok());
    const auto clubcard = ReadClubcardV3(*v3);
    ASSERT_TRUE(clubcard.ok());
    EXPECT_EQ(*WriteClubcardV4(**clubcard), *v4) << name;
  }
}

}  // namespace
}  // namespace crlite
