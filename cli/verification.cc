#include "cli/verification.h"

#include <time.h>

#include "cascade/base/text.h"
#include "cli/time_text.h"

namespace crlite {

Result<int64_t> VerificationTime(const std::string& at, const std::string& command) {
  if (at.empty()) return static_cast<int64_t>(time(nullptr));
  int64_t seconds;
  if (ParseRfc3339(at, &seconds)) return seconds;
  return Error{ErrorCode::kUsage,
               "--at: '" + at + "', wanted a time such as 2026-10-20T00:00:00Z; try 'crlite " +
                   command + " --help'"};
}

int ExitCodeOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNotRevoked:
      return 0;
    case Outcome::kRevoked:
      return 2;
    case Outcome::kNotEnrolled:
    case Outcome::kNotCovered:
    case Outcome::kNoData:
      return 3;
  }
  return 3;
}

bool Outweighs(Outcome other, Outcome first) {
  const auto weight = [](Outcome outcome) {
    return outcome == Outcome::kRevoked ? 2 : outcome == Outcome::kNotRevoked ? 1 : 0;
  };
  return weight(other) > weight(first);
}

}  // namespace crlite
