#include "sync/offer/manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/support/vectors.h"

namespace crlite {
namespace {

constexpr uint64_t kNowMs = 1'800'000'000'000;
const std::string kHash(64, 'a');

std::string Entry(const std::string& name, const std::string& size = "10",
                  const std::string& hash = kHash) {
  return fmt::format(R"({{"filename":"{}","size":{},"hash":"{}"}})", name, size, hash);
}

std::string Manifest(const std::string& entries) {
  return fmt::format(R"({{"generated_at":1800000000,"comment":"","files":[{}]}})", entries);
}

std::string ErrorOf(const std::string& text) {
  const Result<Offer> offer = ParseManifest(text, kNowMs);
  EXPECT_FALSE(offer.ok()) << text.substr(0, 200);
  if (offer.ok()) return "";
  EXPECT_EQ(offer.error().code, ErrorCode::kMalformed);
  return offer.error().message;
}

constexpr char kWrongName[] =
    "files: entry 1: filename: wanted 1 to 32 letters, digits, '.', '_' or '-'";

TEST(Manifest, GivesFilesInOrderWithTimeInMilliseconds) {
  const Result<Offer> offer =
      ParseManifest(Manifest(Entry("b.filter", "10") + "," +
                             Entry("a.filter.delta", "0", std::string(62, '0') + "Ff")),
                    kNowMs);
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  EXPECT_EQ(offer->data_time_ms, 1'800'000'000'000u);
  ASSERT_EQ(offer->files.size(), 2u);
  EXPECT_EQ(offer->files[0].name, "b.filter");
  EXPECT_EQ(offer->files[0].size, 10u);
  EXPECT_EQ(offer->files[0].HashText(), kHash);
  EXPECT_EQ(offer->files[1].name, "a.filter.delta");
  EXPECT_EQ(offer->files[1].hash.bytes[31], 0xff);
}

TEST(Manifest, AcceptsTheOlderNameOfTheList) {
  EXPECT_TRUE(ParseManifest(R"({"generated_at":1,"filters":[)" + Entry("x") + "]}", kNowMs).ok());
}

TEST(Manifest, IgnoresUnknownFields) {
  EXPECT_TRUE(
      ParseManifest(R"({"generated_at":1,"new":{"a":[1]},"files":[{"filename":"x","size":1,)"
                    R"("hash":")" +
                        kHash + R"(","new":true}]})",
                    kNowMs)
          .ok());
}

TEST(Manifest, RefusesNamesThatAreNoPlainFileNames) {
  for (const char* name : {"../x", "/etc/passwd", "a/b", "", ".", "..", "a b", "a\\u0000b", "a\\n",
                           "\\u00e4", "a%2fb", "a\\\\b", "x?y"}) {
    EXPECT_EQ(ErrorOf(Manifest(Entry(name))), kWrongName) << name;
  }
  EXPECT_EQ(ErrorOf(Manifest(Entry(std::string(33, 'a')))), kWrongName);
  EXPECT_EQ(ErrorOf(Manifest(Entry(std::string(300, 'a')))), kWrongName);
  EXPECT_TRUE(ParseManifest(Manifest(Entry(std::string(32, 'a'))), kNowMs).ok());
}

TEST(Manifest, RefusesTheSameNameTwice) {
  EXPECT_EQ(ErrorOf(Manifest(Entry("x") + "," + Entry("x"))),
            "files: entry 2: filename x for the second time");
}

TEST(Manifest, RefusesWrongHashes) {
  const std::string wanted = "files: entry 1: hash: wanted 64 hexadecimal digits";
  for (const std::string& hash :
       {std::string(63, 'a'), std::string(65, 'a'), std::string(63, 'a') + "g", std::string()}) {
    EXPECT_EQ(ErrorOf(Manifest(Entry("x", "1", hash))), wanted);
  }
}

TEST(Manifest, RefusesSizesThatNoFilterHas) {
  const std::string wanted = "files: entry 1: size: wanted an integer from 0 to 67108864";
  for (const char* size : {"67108865", "-1", "1.5", "1e3", "\"10\"", "null", "18446744073709551615",
                           "99999999999999999999999"}) {
    EXPECT_EQ(ErrorOf(Manifest(Entry("x", size))), wanted) << size;
  }
  EXPECT_TRUE(ParseManifest(Manifest(Entry("x", "67108864")), kNowMs).ok());
}

TEST(Manifest, RefusesMoreThanASnapshotHolds) {
  const auto with = [](size_t count, const char* size) {
    std::string entries;
    for (size_t i = 0; i < count; ++i) {
      entries += (i == 0 ? "" : ",") + Entry(fmt::format("f{}", i), size);
    }
    return Manifest(entries);
  };
  EXPECT_TRUE(ParseManifest(with(511, "1"), kNowMs).ok());
  EXPECT_EQ(ErrorOf(with(512, "1")), "files: 512 entries, at most 511 are accepted");
  EXPECT_TRUE(ParseManifest(with(4, "67108864"), kNowMs).ok());
  EXPECT_EQ(ErrorOf(with(5, "67108864")),
            "files: 335544320 bytes together, at most 268435456 are accepted");
}

TEST(Manifest, RefusesAnEmptyOrMissingList) {
  EXPECT_EQ(ErrorOf(Manifest("")), "files: empty, wanted at least one filter");
  EXPECT_EQ(ErrorOf(R"({"generated_at":1})"), "files: missing");
  EXPECT_EQ(ErrorOf(R"({"generated_at":1,"files":{}})"), "files: wanted a list");
  EXPECT_EQ(ErrorOf(R"({"generated_at":1,"files":[],"filters":[]})"),
            "both files and filters, wanted one of them");
  EXPECT_EQ(ErrorOf(R"({"generated_at":1,"files":["x"]})"), "files: entry 1: wanted an object");
  EXPECT_EQ(ErrorOf(R"({"generated_at":1,"files":[{}]})"), "files: entry 1: filename: missing");
  EXPECT_EQ(ErrorOf(R"({"generated_at":1,"files":[{"filename":7}]})"),
            "files: entry 1: filename: wanted a string");
}

TEST(Manifest, RefusesATimeMoreThanADayAhead) {
  const auto at = [](uint64_t seconds) {
    return fmt::format(R"({{"generated_at":{},"files":[{}]}})", seconds, Entry("x"));
  };
  const Result<Offer> ahead = ParseManifest(at(1'800'086'400), kNowMs);
  ASSERT_TRUE(ahead.ok());
  EXPECT_EQ(ahead->data_time_ms, kNowMs) << "honest sources would look older";
  EXPECT_EQ(
      ErrorOf(at(1'800'090'001)),
      "generated_at: its time lies 25.0 hours in the future, at most 24 are accepted; check the "
      "clock");
  EXPECT_EQ(ErrorOf(at(~uint64_t{0})), "generated_at: wanted an integer from 0 to 1099511627776");
  EXPECT_EQ(ErrorOf(R"({"files":[]})"), "generated_at: missing");
}

TEST(Manifest, RefusesWhatIsNoJsonObject) {
  for (const char* text :
       {"", "x", "{", "{}{}", "{\"generated_at\":1,}", "\xff\xfe", "{\"a\":\"\xff\"}"}) {
    EXPECT_EQ(ErrorOf(text), "not valid JSON") << text;
  }
  for (const char* text : {"[]", "1", "null", "\"x\""}) {
    EXPECT_EQ(ErrorOf(text), "wanted a JSON object") << text;
  }
  EXPECT_EQ(ErrorOf(std::string("{}\0", 3)), "not valid JSON");
}

TEST(Manifest, RefusesDeepNesting) {
  for (const size_t depth : {size_t{17}, size_t{400'000}}) {
    EXPECT_EQ(ErrorOf("{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}"),
              "nested more than 16 deep");
    EXPECT_EQ(ErrorOf("{\"a\":" + std::string(depth, '[')), "nested more than 16 deep");
  }
}

TEST(Manifest, RefusesALongText) {
  EXPECT_EQ(ErrorOf(std::string(kMaxOfferTextSize + 1, ' ')),
            "1048577 bytes, at most 1048576 are accepted");
}

TEST(Manifest, EveryTruncationIsRefused) {
  const std::string whole = Manifest(Entry("x"));
  ASSERT_TRUE(ParseManifest(whole, kNowMs).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseManifest(whole.substr(0, size), kNowMs).ok()) << size;
  }
}

TEST(Manifest, ReadsTheDerivedVector) {
  CRLITE_NEEDS_VECTOR("crlite-derived/manifest.json");
  std::ifstream file(VectorPath("crlite-derived/manifest.json"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Result<Offer> offer = ParseManifest(text, kNowMs);
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  EXPECT_EQ(offer->files.size(), 3u);
  EXPECT_EQ(offer->files[0].name, "20201017-0-filter");
}

}  // namespace
}  // namespace crlite
