#include "sync/metrics.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cascade/base/file.h"
#include "cascade/snapshot/compiler.h"
#include "sync/run_record.h"
#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

class MetricsTest : public testing::Test {
 protected:
  // The value of a gauge; empty when it is not there.
  std::string Value(const std::string& name) const {
    std::istringstream lines(MetricsText(paths_));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(name + " ")) return line.substr(name.size() + 1);
    }
    return "";
  }

  TemporaryDirectory directory_;
  const StatePaths paths_{directory_.path()};
};

TEST_F(MetricsTest, EmptyStateSaysThatNothingIsUsable) {
  EXPECT_EQ(Value("crlite_snapshot_usable"), "0");
  EXPECT_EQ(Value("crlite_data_time_seconds"), "");
  EXPECT_EQ(Value("crlite_fetch_exit_status"), "");
}

TEST_F(MetricsTest, TellsOfSnapshotAndRuns) {
  SnapshotInput input;
  input.generation = 12;
  input.published_ms = 1'792'411'200'500;
  const Result<std::vector<uint8_t>> snapshot = CompileSnapshot(input);
  ASSERT_TRUE(snapshot.ok());
  ASSERT_TRUE(WriteFileAtomically(paths_.snapshot, *snapshot, 0644).ok());
  RunRecord record;
  record.is_signed = true;
  FinishRun(PublishRecordPath(paths_), Error{ErrorCode::kIo, "disk full"}, &record);
  EXPECT_EQ(Value("crlite_snapshot_usable"), "1");
  EXPECT_EQ(Value("crlite_generation"), "12");
  EXPECT_EQ(Value("crlite_issuers"), "0") << "that of the self-test does not count";
  EXPECT_EQ(Value("crlite_published_time_seconds"), "1792411200.5");
  EXPECT_EQ(Value("crlite_publish_exit_status"), "74");
  EXPECT_EQ(Value("crlite_publish_success_time_seconds"), "");
  EXPECT_EQ(Value("crlite_data_signed"), "1");
}

TEST_F(MetricsTest, EachGaugeHasItsTypeAndHelp) {
  std::istringstream lines(MetricsText(paths_));
  std::string help, type, value;
  ASSERT_TRUE(std::getline(lines, help) && std::getline(lines, type) && std::getline(lines, value));
  EXPECT_TRUE(help.starts_with("# HELP crlite_snapshot_usable ")) << help;
  EXPECT_EQ(type, "# TYPE crlite_snapshot_usable gauge");
}

}  // namespace
}  // namespace crlite
