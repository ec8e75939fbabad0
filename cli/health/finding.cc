#include "cli/health/finding.h"

#include <fmt/format.h>

#include "cascade/base/text.h"

namespace crlite {
namespace {

// From the best to the worst.
int RankOf(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return 0;
    case Severity::kUnknown:
      return 1;
    case Severity::kWarning:
      return 2;
    case Severity::kCritical:
      return 3;
  }
  return 1;
}

}  // namespace

Severity Worst(const std::vector<Finding>& findings) {
  Severity worst = Severity::kOk;
  for (const Finding& finding : findings) {
    if (RankOf(finding.severity) > RankOf(worst)) worst = finding.severity;
  }
  return worst;
}

const char* SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kWarning:
      return "warning";
    case Severity::kCritical:
      return "critical";
    case Severity::kUnknown:
      return "unknown";
  }
  return "unknown";
}

nlohmann::ordered_json FindingsToJson(const std::vector<Finding>& findings) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    nlohmann::ordered_json entry = {{"id", finding.id},
                                    {"severity", SeverityName(finding.severity)},
                                    {"what", WithoutControls(finding.what)}};
    if (finding.severity != Severity::kOk) {
      entry["why"] = WithoutControls(finding.why);
      entry["mend"] = WithoutControls(finding.mend);
    }
    list.push_back(std::move(entry));
  }
  return list;
}

void PrintFindings(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    fmt::print("{:<9} {}\n", SeverityName(finding.severity), WithoutControls(finding.what));
    if (finding.severity == Severity::kOk) continue;
    fmt::print("          why:  {}\n", WithoutControls(finding.why));
    fmt::print("          mend: {}\n", WithoutControls(finding.mend));
  }
}

}  // namespace crlite
