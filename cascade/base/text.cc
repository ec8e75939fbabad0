#include "cascade/base/text.h"

#include <fmt/format.h>
#include <time.h>

namespace crlite {
namespace {

constexpr uint64_t kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z

}  // namespace

std::string FormatTimeMs(uint64_t time_ms) {
  if (time_ms / 1000 > kLastSecond) return fmt::format("{} ms", time_ms);
  const time_t seconds = static_cast<time_t>(time_ms / 1000);
  struct tm parts;
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string FormatSize(uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  if (bytes < 1000 * 1000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace crlite
