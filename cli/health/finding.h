// What `crlite status` and `crlite doctor` find: one thing each, in words for whoever must mend it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace crlite {

// Also the exit code: those of monitoring plug-ins.
enum class Severity { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };

struct Finding {
  std::string id;  // "snapshot-stale": for scripts, never reused
  Severity severity = Severity::kOk;
  std::string what;  // "<subject>: <what was found>"
  std::string why;   // why it matters; empty for kOk
  std::string mend;  // the command that mends it, to be run as root as it stands; empty for kOk
};

// The worst: critical, warning, unknown, ok.
Severity Worst(const std::vector<Finding>& findings);

// "ok", "warning", "critical", "unknown".
const char* SeverityName(Severity severity);

nlohmann::ordered_json FindingsToJson(const std::vector<Finding>& findings);

// One line each; why and mend below those that are not ok.
void PrintFindings(const std::vector<Finding>& findings);

}  // namespace crlite
