#include "cli/health/finding.h"

#include <gtest/gtest.h>

#include "cascade/base/text.h"
#include "cli/health/data_health.h"
#include "cli/shell_word.h"

namespace crlite {
namespace {

Finding Of(Severity severity) { return {"an-id", severity, "a: what", "why", "a-command"}; }

TEST(Finding, CriticalIsWorseThanWarningIsWorseThanUnknownIsWorseThanOk) {
  EXPECT_EQ(Worst({}), Severity::kOk);
  std::vector<Finding> findings = {Of(Severity::kOk)};
  EXPECT_EQ(Worst(findings), Severity::kOk);
  for (const Severity severity : {Severity::kUnknown, Severity::kWarning, Severity::kCritical}) {
    findings.insert(findings.begin(), Of(severity));
    EXPECT_EQ(Worst(findings), severity) << SeverityName(severity);
    findings.push_back(Of(Severity::kOk));
    EXPECT_EQ(Worst(findings), severity) << SeverityName(severity);
  }
}

TEST(Finding, SeveritiesAreTheExitCodesOfMonitoringPlugIns) {
  EXPECT_EQ(static_cast<int>(Severity::kOk), 0);
  EXPECT_EQ(static_cast<int>(Severity::kWarning), 1);
  EXPECT_EQ(static_cast<int>(Severity::kCritical), 2);
  EXPECT_EQ(static_cast<int>(Severity::kUnknown), 3);
}

TEST(Finding, JsonHasWhyAndMendUnlessOk) {
  const nlohmann::ordered_json json = FindingsToJson({Of(Severity::kWarning), Of(Severity::kOk)});
  EXPECT_EQ(json.dump(), R"([{"id":"an-id","severity":"warning","what":"a: what","why":"why",)"
                         R"("mend":"a-command"},{"id":"an-id","severity":"ok","what":"a: what"}])");
}

TEST(Finding, LosesControlCharactersWhenPrinted) {
  Finding finding = Of(Severity::kWarning);
  finding.what = "a\n\x1b[2J\x7f\xc2\x9b: \xc3\xa9";
  testing::internal::CaptureStdout();
  PrintFindings({finding});
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "warning   a??[2J??: \xc3\xa9\n          why:  why\n          mend: a-command\n");
  EXPECT_EQ(FindingsToJson({finding})[0]["what"], "a??[2J??: \xc3\xa9");
}

TEST(ShellWord, IsOneWordForTheShell) {
  EXPECT_EQ(ShellWord("/var/lib/crlite"), "/var/lib/crlite");
  EXPECT_EQ(ShellWord(""), "''");
  EXPECT_EQ(ShellWord("a b;$(c)'d"), "'a b;$(c)'\\''d'");
}

TEST(DataReport, CommandsCarryTheOptionsThatMakeThemFit) {
  DataReport report;
  report.config_path = kDefaultConfigPath;
  EXPECT_EQ(report.SyncCommand(""), "crlite-sync");
  EXPECT_EQ(report.SyncCommand("publish --force"), "crlite-sync publish --force");
  report.config_path = "/a b.yaml";
  report.state_option = "/state";
  EXPECT_EQ(report.SyncCommand("fetch"), "crlite-sync fetch --config '/a b.yaml' --state /state");
}

}  // namespace
}  // namespace crlite
