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

std::string FormatCount(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string WithoutControls(std::string_view text) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    const bool is_c1 = byte == 0xc2 && next >= 0x80 && next <= 0x9f;
    shown += byte < 0x20 || byte == 0x7f || is_c1 ? '?' : text[i];
    if (is_c1) ++i;
  }
  return shown;
}

}  // namespace crlite
