#include "cli/policy_text.h"

#include <fmt/format.h>

#include "cli/time_text.h"

namespace crlite {

const char* ActionName(Action action) {
  switch (action) {
    case Action::kAllow:
      return "allow";
    case Action::kReport:
      return "report";
    case Action::kDeny:
      return "deny";
  }
  return "";
}

std::string PolicyText(const Policy& policy) {
  return fmt::format("mode {}{}; never-provisioned {}; stale {} (after {}); damaged {}",
                     ModeName(policy.mode), policy.insist ? ", insisted on" : "",
                     ActionName(policy.never_provisioned), ActionName(policy.stale),
                     FormatAge(policy.stale_after_s), ActionName(policy.damaged));
}

nlohmann::ordered_json PolicyToJson(const Policy& policy) {
  return {{"mode", ModeName(policy.mode)},
          {"insist", policy.insist},
          {"never-provisioned", ActionName(policy.never_provisioned)},
          {"stale-after-s", policy.stale_after_s},
          {"stale", ActionName(policy.stale)},
          {"damaged", ActionName(policy.damaged)}};
}

}  // namespace crlite
