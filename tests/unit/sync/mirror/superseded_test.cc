#include "sync/mirror/superseded.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kNow = 1'800'000'000'000;
constexpr uint64_t kHour = 3'600'000;

class RemoveSupersededTest : public testing::Test {
 protected:
  RemoveSupersededTest() {
    fs::create_directories(folder_ + "/chains");
    fs::create_directories(folder_ + "/patches");
  }

  void Touch(const std::string& path) { std::ofstream(folder_ + "/" + path) << path; }
  bool IsThere(const std::string& path) const { return fs::exists(folder_ + "/" + path); }
  // Removes what is superseded for 24 hours.
  size_t Run(const std::set<std::string>& current, uint64_t now_ms) {
    const Result<size_t> removed =
        RemoveSuperseded(folder_, record_, current, std::chrono::hours(24), now_ms);
    EXPECT_TRUE(removed.ok()) << removed.error().message;
    return removed.ok() ? *removed : 0;
  }

  TemporaryDirectory directory_;
  const std::string folder_ = directory_.path() + "/tree";
  const std::string record_ = directory_.path() + "/superseded.json";
  const std::string hash_ = std::string(64, 'a');
  const std::string chain_ = "chains/" + hash_ + ".pem";
  const std::string patch_ = "patches/" + hash_ + "-from-" + hash_ + ".zst";
};

TEST_F(RemoveSupersededTest, FilesGoWhenTheirTimeIsOver) {
  for (const std::string& path : {std::string("1.filter"), chain_, patch_}) {
    SCOPED_TRACE(path);
    Touch(path);
    EXPECT_EQ(Run({}, kNow), 0u);
    EXPECT_EQ(Run({}, kNow + 24 * kHour - 1), 0u);
    EXPECT_TRUE(IsThere(path));
    EXPECT_EQ(Run({}, kNow + 24 * kHour), 1u);
    EXPECT_FALSE(IsThere(path));
    fs::remove(record_);
  }
}

TEST_F(RemoveSupersededTest, CurrentFilesStayForever) {
  Touch("1.filter");
  Touch(patch_);
  EXPECT_EQ(Run({"1.filter", patch_}, kNow), 0u);
  EXPECT_EQ(Run({"1.filter", patch_}, kNow + 1000 * kHour), 0u);
  EXPECT_TRUE(IsThere("1.filter"));
  EXPECT_TRUE(IsThere(patch_));
}

TEST_F(RemoveSupersededTest, TheTimeBeginsAnewForAFileThatWasCurrentAgain) {
  Touch("1.filter");
  Run({}, kNow);
  Run({"1.filter"}, kNow + 23 * kHour);
  EXPECT_EQ(Run({}, kNow + 25 * kHour), 0u);
  EXPECT_TRUE(IsThere("1.filter"));
}

TEST_F(RemoveSupersededTest, OtherPeoplesFilesStay) {
  const std::string sub = "chains/notes.pem", dotted = ".filter", swap = "1.filter.swp";
  const std::string upper = "patches/" + std::string(64, 'A') + "-from-" + hash_ + ".zst";
  for (const std::string& path :
       {sub, dotted, swap, upper, std::string("index.html"), std::string("manifest.json"),
        std::string("changeset.json"), std::string("robots.txt"), hash_ + ".pem"}) {
    Touch(path);
    Run({}, kNow);
    Run({}, kNow + 1000 * kHour);
    EXPECT_TRUE(IsThere(path)) << path;
  }
}

TEST_F(RemoveSupersededTest, LinksAndFoldersStay) {
  std::ofstream(directory_.path() + "/target") << "x";
  fs::create_symlink(directory_.path() + "/target", folder_ + "/link.filter");
  fs::create_directories(folder_ + "/folder.filter");
  Run({}, kNow);
  EXPECT_EQ(Run({}, kNow + 1000 * kHour), 0u);
  EXPECT_TRUE(IsThere("link.filter"));
  EXPECT_TRUE(IsThere("folder.filter"));
}

TEST_F(RemoveSupersededTest, DebrisOfDeadWritersGoesAtOnce) {
  const std::string mark = ".crlite-tmp-AbCdEf";
  for (const std::string& path : {"1.filter" + mark, "manifest.json" + mark,
                                  "changeset.json" + mark, chain_ + mark, patch_ + mark}) {
    Touch(path);
    EXPECT_EQ(Run({}, kNow), 0u);
    EXPECT_FALSE(IsThere(path)) << path;
  }
  std::ofstream(record_ + mark) << "x";
  Touch("letter.txt" + mark);
  Run({}, kNow);
  EXPECT_FALSE(fs::exists(record_ + mark));
  EXPECT_TRUE(IsThere("letter.txt" + mark));
}

TEST_F(RemoveSupersededTest, ADamagedRecordOnlyDelays) {
  Touch("1.filter");
  for (const char* damaged :
       {"", "{", "[]", "{\"superseded\":[]}", "{\"superseded\":{\"1.filter\":-1}}",
        "{\"superseded\":{\"1.filter\":\"x\"}}"}) {
    SCOPED_TRACE(damaged);
    std::ofstream(record_, std::ios::trunc) << damaged;
    EXPECT_EQ(Run({}, kNow), 0u);
    EXPECT_TRUE(IsThere("1.filter"));
  }
  EXPECT_EQ(Run({}, kNow + 24 * kHour), 1u);
}

TEST_F(RemoveSupersededTest, ARecordCannotNameFilesElsewhere) {
  std::ofstream(directory_.path() + "/1.filter") << "x";
  std::ofstream(record_) << R"({"schema":1,"superseded":{"../1.filter":0}})";
  EXPECT_EQ(Run({}, kNow), 0u);
  EXPECT_TRUE(fs::exists(directory_.path() + "/1.filter"));
}

TEST_F(RemoveSupersededTest, AClockThatWasAheadDelaysByKeepAlone) {
  Touch("1.filter");
  Run({}, kNow + 100000 * kHour);
  EXPECT_EQ(Run({}, kNow), 0u);
  EXPECT_EQ(Run({}, kNow + 24 * kHour), 1u);
}

TEST_F(RemoveSupersededTest, NothingNewIsNotWritten) {
  Touch("1.filter");
  Run({}, kNow);
  const auto written = fs::last_write_time(record_) - std::chrono::hours(1);
  fs::last_write_time(record_, written);
  Run({}, kNow + 1);
  EXPECT_EQ(fs::last_write_time(record_), written);
}

TEST_F(RemoveSupersededTest, WithoutKeepingTheyGoAtOnce) {
  Touch("1.filter");
  const Result<size_t> removed =
      RemoveSuperseded(folder_, record_, {}, std::chrono::seconds(0), kNow);
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(*removed, 1u);
  EXPECT_FALSE(IsThere("1.filter"));
}

TEST_F(RemoveSupersededTest, AFolderThatIsNotThereIsAnError) {
  const Result<size_t> removed =
      RemoveSuperseded(folder_ + "/x", record_, {}, std::chrono::hours(24), kNow);
  ASSERT_FALSE(removed.ok());
  EXPECT_EQ(removed.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace crlite
