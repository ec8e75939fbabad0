#include "cascade/builder/ct_logs.h"

#include <gtest/gtest.h>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "tests/support/vectors.h"

namespace crlite {
namespace {

constexpr char kLog[] = "pLkJkLQYWBSHuxOizGdwCjw1mAT5G9+443fNDsgN3BA=";
constexpr char kOtherLog[] = "9lyUL9F3MCIUVBgIMJRWjuNNExkzv98MLyALzE7xZOM=";

std::string Log(const std::string& id, const std::string& min, const std::string& max,
                const std::string& mmd, const std::string& entry) {
  return "{\"LogID\":\"" + id + "\",\"MinTimestamp\":" + min + ",\"MaxTimestamp\":" + max +
         ",\"MMD\":" + mmd + ",\"MinEntry\":" + entry + ",\"Ignored\":[]}";
}

std::string ErrorOf(const std::string& json) {
  const auto result = ParseCtLogs(json);
  EXPECT_FALSE(result.ok()) << json;
  return result.ok() ? "" : result.error().message;
}

TEST(CtLogs, EndsCoverageOneMergeDelayBeforeTheNewestEntry) {
  const auto logs = ParseCtLogs("[" + Log(kLog, "5", "9999999999999", "86400", "0") + "]");
  ASSERT_TRUE(logs.ok()) << logs.error().message;
  ASSERT_EQ(logs->size(), 1u);
  EXPECT_EQ(ToBase64((*logs)[0].log.bytes, Base64Alphabet::kStandard), kLog);
  EXPECT_EQ((*logs)[0].low_ms, 5u);
  EXPECT_EQ((*logs)[0].high_ms, 9999913599999u);
}

TEST(CtLogs, BeginsLaterWhenTheFirstEntriesAreMissing) {
  const auto logs = ParseCtLogs("[" + Log(kLog, "5", "5000", "1", "1") + "]");
  ASSERT_TRUE(logs.ok()) << logs.error().message;
  EXPECT_EQ((*logs)[0].low_ms, 1005u);
  EXPECT_EQ((*logs)[0].high_ms, 4000u);
}

TEST(CtLogs, DropsLogsThatCoverNothing) {
  const auto logs = ParseCtLogs("[" + Log(kLog, "5", "1005", "1", "0") + "," +
                                Log(kOtherLog, "5", "1006", "1", "0") + "]");
  ASSERT_TRUE(logs.ok()) << logs.error().message;
  ASSERT_EQ(logs->size(), 1u);
  EXPECT_EQ(ToBase64((*logs)[0].log.bytes, Base64Alphabet::kStandard), kOtherLog);
}

TEST(CtLogs, SaturatesInsteadOfWrapping) {
  const std::string huge = "18446744073709551615";
  ErrorOf("[" + Log(kLog, "5", "100", huge, "0") + "]");
  ErrorOf("[" + Log(kLog, huge, "100", "1", "1") + "]");
  const auto logs = ParseCtLogs("[" + Log(kLog, "0", huge, "1", "0") + "]");
  ASSERT_TRUE(logs.ok()) << logs.error().message;
  EXPECT_EQ((*logs)[0].high_ms, 18446744073709550615u);
}

TEST(CtLogs, SortsByLog) {
  const auto logs = ParseCtLogs("[" + Log(kOtherLog, "0", "9000", "1", "0") + "," +
                                Log(kLog, "0", "9000", "1", "0") + "]");
  ASSERT_TRUE(logs.ok()) << logs.error().message;
  EXPECT_TRUE((*logs)[0].log < (*logs)[1].log);
}

TEST(CtLogs, RefusesEveryDefect) {
  const std::string not_json =
      "not JSON, wanted the ct-logs.json of the crawl that listed the known serials";
  EXPECT_EQ(ErrorOf("[{"), not_json);
  EXPECT_EQ(ErrorOf(""), not_json);
  EXPECT_EQ(ErrorOf("{}"), "wanted an array of CT logs");
  EXPECT_NE(ErrorOf("[]").find("covers any time"), std::string::npos);
  EXPECT_EQ(ErrorOf("[7]"), "log 0: wanted an object");
  EXPECT_EQ(ErrorOf("[{}]"), "log 0: LogID: missing");
  EXPECT_NE(ErrorOf("[" + Log("AAAA", "0", "9000", "1", "0") + "]").find("32 bytes"),
            std::string::npos);
  EXPECT_NE(ErrorOf("[" + Log("not base64", "0", "9000", "1", "0") + "]").find("base64"),
            std::string::npos);
  EXPECT_EQ(ErrorOf("[" + Log(kLog, "-1", "9000", "1", "0") + "]"),
            "log 0: MinTimestamp: -1, wanted a non-negative integer");
  EXPECT_EQ(ErrorOf("[" + Log(kLog, "0", "\"9\"", "1", "0") + "]"),
            "log 0: MaxTimestamp: \"9\", wanted a non-negative integer");
  EXPECT_EQ(ErrorOf("[{\"LogID\":\"" + std::string(kLog) +
                    "\",\"MinTimestamp\":1,\"MaxTimestamp\":2,\"MMD\":3}]"),
            "log 0: MinEntry: missing");
  const std::string good = Log(kLog, "0", "9000", "1", "0");
  EXPECT_NE(ErrorOf("[" + good + "," + good + "]").find("stands twice"), std::string::npos);
}

TEST(CtLogs, AgreesWithTheReference) {
  for (const std::string set : {"iv-exceptions", "iii-many", "ii-tiny"}) {
    const std::string folder = "clubcard-reference/" + set;
    CRLITE_NEEDS_VECTOR(folder);
    const auto logs = ReadCtLogs(VectorPath(folder + "/ct-logs.json"));
    ASSERT_TRUE(logs.ok()) << logs.error().message;
    const auto content = ReadFile(VectorPath(folder + "/filter.v4"), kMaxFilterFileSize);
    ASSERT_TRUE(content.ok());
    const auto filter = ReadClubcardV4(*content);
    ASSERT_TRUE(filter.ok());
    ASSERT_EQ(logs->size(), (*filter)->coverage.size());
    for (size_t i = 0; i < logs->size(); ++i) {
      EXPECT_TRUE((*logs)[i].log == (*filter)->coverage[i].log);
      EXPECT_EQ((*logs)[i].low_ms, (*filter)->coverage[i].low_ms);
      EXPECT_EQ((*logs)[i].high_ms, (*filter)->coverage[i].high_ms);
    }
  }
}

}  // namespace
}  // namespace crlite
