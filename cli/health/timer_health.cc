#include "cli/health/timer_health.h"

#include <unistd.h>

#include "cli/process.h"

namespace crlite {
namespace {

constexpr char kTimer[] = "crlite-sync.timer";
constexpr char kWhy[] = "the data grows older, and new revocations are not seen";

// What `systemctl` prints, without the end of the line; empty: there is no systemctl.
std::string Systemctl(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"systemctl"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ProcessOptions options;
  options.timeout_s = 10;
  const Result<ProcessResult> ran = RunProcess(command, options);
  return ran.ok() ? ran->output.substr(0, ran->output.find('\n')) : "";
}

bool HasRunningSystemd() { return access("/run/systemd/system", F_OK) == 0; }

std::string EnableCommand() {
  return std::string("systemctl enable ") + (HasRunningSystemd() ? "--now " : "") + kTimer;
}

// Nobody's timer: cron, an orchestrator or a person has to do it.
Finding JudgeWithoutTimer(const DataReport& data) {
  if (data.state == DataState::kFresh) {
    return {"timer", Severity::kOk,
            std::string(kTimer) + ": not installed; something else keeps the data fresh", "", ""};
  }
  return {"timer-missing", Severity::kWarning,
          std::string(kTimer) + ": not installed, and the data is not fresh", kWhy,
          data.SyncCommand("")};
}

void JudgeRunning(std::vector<Finding>* findings) {
  if (Systemctl({"is-active", kTimer}) != "active") {
    findings->push_back({"timer-inactive", Severity::kWarning,
                         std::string(kTimer) + ": enabled, but not active", kWhy, EnableCommand()});
  }
  for (const char* service : {"crlite-fetch.service", "crlite-publish.service"}) {
    if (Systemctl({"is-failed", service}) != "failed") continue;
    findings->push_back({"service-failed", Severity::kWarning,
                         std::string(service) + ": its last run failed", kWhy,
                         "systemctl start crlite-publish.service && systemctl reset-failed " +
                             std::string(service)});
  }
}

}  // namespace

std::vector<Finding> JudgeTimer(const DataReport& data) {
  const std::string state = Systemctl({"is-enabled", kTimer});
  if (state.empty() || state == "not-found") return {JudgeWithoutTimer(data)};
  std::vector<Finding> findings;
  if (state != "enabled" && state != "enabled-runtime") {
    findings.push_back(
        {"timer-disabled", Severity::kWarning, std::string(kTimer) + ": " + state, kWhy,
         (state.starts_with("masked") ? std::string("systemctl unmask ") + kTimer + " && " : "") +
             EnableCommand()});
  } else if (HasRunningSystemd()) {
    JudgeRunning(&findings);
  }
  if (findings.empty()) {
    findings.push_back({"timer", Severity::kOk, std::string(kTimer) + ": enabled", "", ""});
  }
  return findings;
}

}  // namespace crlite
