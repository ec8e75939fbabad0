#include "sync/run_record.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

class RunRecordTest : public testing::Test {
 protected:
  static RunRecord Example() {
    RunRecord record;
    record.started_ms = 1'792'411'200'000;
    record.source = "manifest+https://mirror.test/";
    record.is_signed = true;
    record.data_time_ms = 1'792'411'100'000;
    record.generation = 7;
    record.traffic = {3, 400, 50'000};
    record.not_before_ms = {{"manifest+https://mirror.test/", 1'792'411'300'000}};
    return record;
  }

  TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/last-fetch.json";
};

TEST_F(RunRecordTest, IsReadBackAsItWasWritten) {
  RunRecord record = Example();
  FinishRun(path_, Status::Ok(), &record);
  const std::optional<RunRecord> again = ReadRunRecord(path_);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(RunRecordToJson(*again), RunRecordToJson(record));
  EXPECT_EQ(again->last_success_ms, again->ended_ms);
  EXPECT_GT(again->ended_ms, again->started_ms);
}

TEST_F(RunRecordTest, FailureKeepsTheTimeOfTheLastSuccess) {
  RunRecord good = Example();
  FinishRun(path_, Status::Ok(), &good);
  RunRecord bad = Example();
  FinishRun(path_, Error{ErrorCode::kUnavailable, "mirror.test: gone"}, &bad);
  const std::optional<RunRecord> again = ReadRunRecord(path_);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->exit_status, 1);
  EXPECT_EQ(again->message, "mirror.test: gone");
  EXPECT_EQ(again->last_success_ms, good.ended_ms);
}

TEST_F(RunRecordTest, WhatCannotBeReadIsNoRecord) {
  EXPECT_FALSE(ReadRunRecord(path_).has_value());
  for (const char* text : {"", "[]", "{}", "{\"schema\":2}", "{\"schema\":1"}) {
    std::ofstream(path_) << text;
    EXPECT_FALSE(ReadRunRecord(path_).has_value()) << text;
  }
}

TEST_F(RunRecordTest, OddFieldsAreTakenForUnknown) {
  std::ofstream(path_) << R"({"schema":1,"ended_ms":-5,"message":7,"signed":"yes",
                              "not_before_ms":[1],"source":"dir:/x"})";
  const std::optional<RunRecord> record = ReadRunRecord(path_);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->ended_ms, 0u);
  EXPECT_EQ(record->message, "");
  EXPECT_FALSE(record->is_signed);
  EXPECT_TRUE(record->not_before_ms.empty());
  EXPECT_EQ(record->source, "dir:/x");
}

}  // namespace
}  // namespace crlite
