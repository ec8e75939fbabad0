#include "cli/time_text.h"

#include <fmt/format.h>

namespace crlite {

std::string FormatAge(uint64_t seconds) {
  const auto plural = [](uint64_t count, const char* unit) {
    return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
  };
  if (seconds >= 86400) return plural(seconds / 86400, "day");
  if (seconds >= 3600) return plural(seconds / 3600, "hour");
  if (seconds >= 60) return plural(seconds / 60, "minute");
  return plural(seconds, "second");
}

}  // namespace crlite
