#include "sync/trust/filter_chain.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace crlite {
namespace {

using nlohmann::json;

constexpr uint64_t kDay = 86'400'000;
constexpr uint64_t kStart = 1'546'300'800'000;  // 2019-01-01

json Attachment(const std::string& name) {
  return {{"filename", name},
          {"size", 100},
          {"hash", std::string(64, 'a')},
          {"location", "security-state/cert-revocations/" + name},
          {"mimetype", "application/x-protobuf"}};
}

// A record under a number, as Firefox's tests write them.
json Full(const std::string& id, uint64_t time, const std::string& channel = "default") {
  return {{"id", id},
          {"incremental", false},
          {"effectiveTimestamp", time},
          {"channel", channel},
          {"coverage", json::array()},
          {"attachment", Attachment(id + ".filter")}};
}
json Delta(const std::string& id, const std::string& parent, uint64_t time,
           const std::string& channel = "default") {
  json record = Full(id, time, channel);
  record["incremental"] = true;
  record["parent"] = parent;
  return record;
}

// As ParseChangeset gives them: every count is unsigned.
json AsParsed(const json::array_t& records) { return json::parse(json(records).dump()); }

// The ids of the chain in order, with a space between; or the error.
std::string ChainOf(const json::array_t& records, const std::string& channel = "default") {
  const Result<std::vector<SignedFile>> chain = BuildFilterChain(AsParsed(records), channel);
  if (!chain.ok()) {
    EXPECT_EQ(chain.error().code, ErrorCode::kMalformed);
    return chain.error().message;
  }
  std::string ids;
  for (const SignedFile& file : *chain) {
    ids += (ids.empty() ? "" : " ") + file.file.name.substr(0, file.file.name.find('.'));
  }
  return ids;
}

constexpr char kNoFull[] = "filters of channel default: no full filter among ";

TEST(FilterChain, GivesFilesAndWhereTheyLie) {
  const Result<std::vector<SignedFile>> chain =
      BuildFilterChain(AsParsed({Full("f", kStart), Delta("d", "f", kStart + 1)}), "default");
  ASSERT_TRUE(chain.ok()) << chain.error().message;
  ASSERT_EQ(chain->size(), 2u);
  const SignedFile& delta = (*chain)[1];
  EXPECT_EQ(delta.file.name, "d.filter");
  EXPECT_EQ(delta.file.size, 100u);
  EXPECT_EQ(delta.file.HashText(), std::string(64, 'a'));
  EXPECT_EQ(delta.location, "security-state/cert-revocations/d.filter");
  EXPECT_EQ(delta.effective_ms, kStart + 1);
}

// The cases of Firefox's test_crlite_filters.js.
TEST(FilterChain, OneFull) { EXPECT_EQ(ChainOf({Full("0000", kStart)}), "0000"); }

TEST(FilterChain, OnlyDeltasIsNoChain) {
  EXPECT_EQ(ChainOf({Delta("0001", "0000", kStart), Delta("0002", "0001", kStart + 1)}),
            std::string(kNoFull) + "2 records");
  EXPECT_EQ(ChainOf({}), std::string(kNoFull) + "0 records");
}

TEST(FilterChain, FollowsDeltasOfTheSameDay) {
  EXPECT_EQ(ChainOf({Full("0000", kStart), Delta("0001", "0000", kStart + kDay / 4),
                     Delta("0002", "0001", kStart + kDay / 2)}),
            "0000 0001 0002");
}

TEST(FilterChain, StopsBeforeAWrongParent) {
  EXPECT_EQ(ChainOf({Full("0000", kStart), Delta("0001", "0000", kStart + 1),
                     Delta("0003", "0002", kStart + 2), Delta("0004", "0003", kStart + 3)}),
            "0000 0001");
}

TEST(FilterChain, IgnoresADeltaFromBeforeTheFull) {
  EXPECT_EQ(ChainOf({Full("0000", kStart + kDay), Delta("0001", "0000", kStart)}), "0000");
  EXPECT_EQ(ChainOf({Full("0000", kStart), Delta("0001", "0000", kStart)}), "0000");
}

TEST(FilterChain, TakesTheNewestFullAndItsDescendantsOnly) {
  json::array_t records;
  for (uint64_t day = 0; day < 3; ++day) {
    const std::string prefix = std::to_string(day);
    records.push_back(Full(prefix + "000", kStart + day * kDay));
    for (uint64_t i = 1; i <= 3; ++i) {
      records.push_back(Delta(prefix + "00" + std::to_string(i),
                              prefix + "00" + std::to_string(i - 1),
                              kStart + day * kDay + i * kDay / 4));
    }
  }
  EXPECT_EQ(ChainOf(records), "2000 2001 2002 2003");
  std::reverse(records.begin(), records.end());
  EXPECT_EQ(ChainOf(records), "2000 2001 2002 2003");
}

// The order of records is not signed, so it decides nothing.
TEST(FilterChain, DoesNotDependOnTheOrderOfRecords) {
  json::array_t records = {Full("a", kStart),           Full("b", kStart),
                           Delta("c", "a", kStart + 2), Delta("d", "a", kStart + 1),
                           Delta("e", "b", kStart + 5), Delta("f", "b", kStart + 5)};
  std::sort(records.begin(), records.end());
  do {
    ASSERT_EQ(ChainOf(records), "b e");
  } while (std::next_permutation(records.begin(), records.end()));
}

TEST(FilterChain, SelectsTheChannel) {
  const json::array_t records = {Full("0", kStart, "compat"), Full("1", kStart, "default"),
                                 Delta("2", "1", kStart + 1, "compat"),
                                 Delta("3", "0", kStart + 1, "compat"),
                                 Delta("4", "1", kStart + 2, "default")};
  EXPECT_EQ(ChainOf(records, "default"), "1 4");
  EXPECT_EQ(ChainOf(records, "compat"), "0 3");
  EXPECT_EQ(ChainOf(records, "other"), "filters of channel other: no full filter among 5 records");
}

TEST(FilterChain, DoesNotRunThroughAnotherChannel) {
  EXPECT_EQ(ChainOf({Full("0", kStart), Delta("1", "0", kStart + 1, "compat"),
                     Delta("2", "1", kStart + 2)}),
            "0");
}

TEST(FilterChain, TakesARecordWithoutChannelForDefault) {
  json record = Full("0", kStart);
  record.erase("channel");
  EXPECT_EQ(ChainOf({record}), "0");
  record["channel"] = nullptr;
  EXPECT_EQ(ChainOf({record}), std::string(kNoFull) + "1 records");
}

TEST(FilterChain, IgnoresRecordsThatAreNoFilters) {
  json text_time = Full("1", kStart);
  text_time["effectiveTimestamp"] = "1546300800000";
  json odd_kind = Full("2", kStart + kDay);
  odd_kind["incremental"] = "no";
  json no_parent = Delta("3", "0", kStart + 1);
  no_parent.erase("parent");
  EXPECT_EQ(
      ChainOf({Full("0", kStart), text_time, odd_kind, no_parent, json("text"), {{"id", "4"}}}),
      "0");
}

TEST(FilterChain, TakesARecordThatDoesNotSayIncrementalForFull) {
  json record = Full("0", kStart);
  record.erase("incremental");
  EXPECT_EQ(ChainOf({record}), "0");
}

TEST(FilterChain, EndsWhereIdsRepeat) {
  // A changeset is refused for this already.
  EXPECT_EQ(ChainOf({Full("0", kStart), Delta("0", "0", kStart + 1)}),
            "filters of channel default: 512 entries, at most 511 are accepted");
  EXPECT_EQ(ChainOf({Full("0", kStart), Delta("1", "0", kStart + 1), Delta("0", "1", kStart + 2)}),
            "filters of channel default: 512 entries, at most 511 are accepted");
}

TEST(FilterChain, BoundsItsLength) {
  json::array_t records = {Full("0", kStart)};
  for (size_t i = 1; i < kMaxOfferedFiles; ++i) {
    records.push_back(Delta(std::to_string(i), std::to_string(i - 1), kStart + i));
  }
  const Result<std::vector<SignedFile>> chain = BuildFilterChain(AsParsed(records), "default");
  ASSERT_TRUE(chain.ok()) << chain.error().message;
  EXPECT_EQ(chain->size(), kMaxOfferedFiles);
  records.push_back(Delta("more", "510", kStart + 1000));
  EXPECT_EQ(ChainOf(records), "filters of channel default: 512 entries, at most 511 are accepted");
}

// What becomes of a chain of two whose delta has one field of its attachment set.
std::string ErrorWith(const char* field, const json& value) {
  json delta = Delta("1", "0", kStart + 1);
  delta["attachment"][field] = value;
  return ChainOf({Full("0", kStart), delta});
}

TEST(FilterChain, RefusesAttachmentsThatCannotBeUsed) {
  const std::string subject = "filters of channel default: entry 2: ";
  json record = Delta("1", "0", kStart + 1);
  record.erase("attachment");
  EXPECT_EQ(ChainOf({Full("0", kStart), record}), subject + "wanted an object");
  EXPECT_EQ(ErrorWith("filename", "../x"),
            subject + "filename: wanted 1 to 32 letters, digits, '.', '_' or '-'");
  EXPECT_EQ(ErrorWith("filename", std::string(33, 'x')),
            subject + "filename: wanted 1 to 32 letters, digits, '.', '_' or '-'");
  EXPECT_EQ(ErrorWith("filename", "0.filter"), subject + "filename 0.filter for the second time");
  EXPECT_EQ(ErrorWith("size", uint64_t{1} << 40),
            subject + "size: wanted an integer from 0 to 67108864");
  EXPECT_EQ(ErrorWith("size", "100"), subject + "size: wanted an integer from 0 to 67108864");
  EXPECT_EQ(ErrorWith("hash", std::string(63, 'a')),
            subject + "hash: wanted 64 hexadecimal digits");
  EXPECT_EQ(ErrorWith("location", 7), subject + "location: wanted a string");
  EXPECT_EQ(ErrorWith("location", nullptr), subject + "location: wanted a string");
}

TEST(FilterChain, RefusesLocationsThatLeadElsewhere) {
  for (const char* bad : {"", "/etc/passwd", "//host/x", "../x", "a/../b", "a/..", "http://host/x",
                          "file:x", "a b", "a\nb", "a?b", "a#b", "a%2e%2e/b", "a\\b", "\xc3\xa9"}) {
    EXPECT_NE(ErrorWith("location", bad).find("location: wanted a relative path"),
              std::string::npos)
        << bad;
  }
  EXPECT_EQ(ErrorWith("location", std::string(512, 'x')), "0 1");
  EXPECT_NE(ErrorWith("location", std::string(513, 'x')), "0 1");
  EXPECT_EQ(ErrorWith("location", std::string("a\0b", 3)).substr(0, 28),
            "filters of channel default: ");
}

TEST(FilterChain, RefusesMoreBytesThanAnOfferHolds) {
  json::array_t records = {Full("0", kStart)};
  records[0]["attachment"]["size"] = uint64_t{64} << 20;
  for (int i = 1; i < 4; ++i) {
    records.push_back(
        Delta(std::to_string(i), std::to_string(i - 1), kStart + static_cast<uint64_t>(i)));
    records.back()["attachment"]["size"] = uint64_t{64} << 20;
  }
  EXPECT_EQ(ChainOf(records), "0 1 2 3");
  records.push_back(Delta("4", "3", kStart + 9));
  EXPECT_EQ(ChainOf(records),
            "filters of channel default: 268435556 bytes together, at most 268435456 are accepted");
}

TEST(FilterChain, DoesNotMindBadAttachmentsOffTheChain) {
  json old = Full("old", kStart - kDay);
  old["attachment"] = "gone";
  EXPECT_EQ(ChainOf({old, Full("0", kStart)}), "0");
}

}  // namespace
}  // namespace crlite
