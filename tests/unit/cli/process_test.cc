#include "cli/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace crlite {
namespace {

ProcessResult Shell(const std::string& script, const ProcessOptions& options = {}) {
  const Result<ProcessResult> result = RunProcess({"/bin/sh", "-c", script}, options);
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result.ok() ? *result : ProcessResult();
}

TEST(Process, KeepsOutputErrorsAndExitStatusApart) {
  const ProcessResult result = Shell("echo answer; echo complaint >&2; exit 3");
  EXPECT_EQ(result.output, "answer\n");
  EXPECT_EQ(result.errors, "complaint\n");
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_FALSE(result.timed_out);
}

TEST(Process, FindsProgramsInPath) {
  const Result<ProcessResult> result = RunProcess({"printf", "%s", "a b"}, {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->output, "a b");
}

TEST(Process, NamesTheProgramThatCannotBeStarted) {
  for (const char* program : {"no-such-program-here", "/no/such/program"}) {
    const Result<ProcessResult> result = RunProcess({program}, {});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
    EXPECT_EQ(result.error().message,
              std::string(program) + ": cannot run: No such file or directory");
  }
  const Result<ProcessResult> result = RunProcess({"/etc/passwd"}, {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "/etc/passwd: cannot run: Permission denied");
}

TEST(Process, CanBeTheProgramThatCalls) {
  const Result<ProcessResult> result = RunProcess({"/proc/self/exe", "--gtest_list_tests"}, {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_NE(result->output.find("CanBeTheProgramThatCalls"), std::string::npos);
}

TEST(Process, ReadsBothPipesWhileTheyAreFull) {
  const ProcessResult result = Shell(
      "head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2");
  EXPECT_EQ(result.output.size(), 3000000u);
  EXPECT_EQ(result.errors.size(), 64u << 10) << "the limit";
  EXPECT_EQ(result.exit_status, 0) << "what is beyond the limit must not stop the program";
}

TEST(Process, KeepsAtMost16MiBOfOutput) {
  EXPECT_EQ(Shell("head -c 20000000 /dev/zero").output.size(), 16u << 20);
}

TEST(Process, KillsAfterTheTimeout) {
  const auto start = std::chrono::steady_clock::now();
  // Output closed or not, quiet or not.
  for (const char* script : {"echo begun; exec sleep 50", "exec sleep 50 >&- 2>&-", "exec yes"}) {
    const ProcessResult result = Shell(script, {.timeout_s = 1});
    EXPECT_TRUE(result.timed_out) << script;
    EXPECT_EQ(result.exit_status, 128 + SIGKILL) << script;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Process, DoesNotWaitForWhatTheProgramLeftRunning) {
  const ProcessResult result = Shell("sleep 5 & echo done", {.timeout_s = 4});
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.output, "done\n");
}

TEST(Process, TellsTheSignalThatEndedIt) {
  EXPECT_EQ(Shell("kill -TERM $$").exit_status, 128 + SIGTERM);
}

TEST(Process, ChangesTheEnvironmentAsAsked) {
  setenv("CRLITE_TEST_KEPT", "kept", 1);
  setenv("CRLITE_TEST_CHANGED", "old", 1);
  setenv("CRLITE_TEST_REMOVED", "old", 1);
  const ProcessResult result =
      Shell("echo $CRLITE_TEST_KEPT $CRLITE_TEST_CHANGED ${CRLITE_TEST_REMOVED-none}",
            {.environment = {{"CRLITE_TEST_CHANGED", "new"}}, .unset = {"CRLITE_TEST_REMOVED"}});
  EXPECT_EQ(result.output, "kept new none\n");
}

TEST(Process, HasNoInput) { EXPECT_EQ(Shell("cat").output, ""); }

TEST(Process, GetsNoDescriptorsButItsOutput) {
  const int inherited = fcntl(STDERR_FILENO, F_DUPFD, 10);  // without FD_CLOEXEC
  const Result<ProcessResult> result = RunProcess({"ls", "/proc/self/fd"}, {});
  close(inherited);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->output, "0\n1\n2\n3\n") << "3: the directory that ls reads";
}

TEST(Process, RunsAsNobodyForRootAlone) {
  const Result<ProcessResult> result =
      RunProcess({"/bin/sh", "-c", "id -u; id -g; id -G"}, {.as_nobody = true});
  if (geteuid() == 0) {
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->output, "65534\n65534\n65534\n");
  } else {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
    EXPECT_NE(result.error().message.find("cannot become user nobody"), std::string::npos);
  }
}

}  // namespace
}  // namespace crlite
