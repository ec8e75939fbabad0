#include "cascade/base/text.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "cascade/reader/asn1_time.h"

namespace crlite {
namespace {

constexpr uint64_t kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z

bool TakeDigits(size_t count, std::string_view* text, std::string* out) {
  if (text->size() < count) return false;
  const std::string_view digits = text->substr(0, count);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
  out->append(digits);
  text->remove_prefix(count);
  return true;
}

bool TakeOneOf(std::string_view allowed, std::string_view* text) {
  if (text->empty() || allowed.find(text->front()) == std::string_view::npos) return false;
  text->remove_prefix(1);
  return true;
}

// "Z" or "+hh:mm" or "-hh:mm", to the end; seconds east of UTC.
bool ParseOffset(std::string_view text, int64_t* out) {
  if (text == "Z" || text == "z") {
    *out = 0;
    return true;
  }
  const bool is_west = !text.empty() && text.front() == '-';
  std::string hours, minutes;
  if (!TakeOneOf("+-", &text) || !TakeDigits(2, &text, &hours) || !TakeOneOf(":", &text) ||
      !TakeDigits(2, &text, &minutes) || !text.empty() || hours > "23" || minutes > "59") {
    return false;
  }
  const int64_t seconds = std::stoi(hours) * 3600 + std::stoi(minutes) * 60;
  *out = is_west ? -seconds : seconds;
  return true;
}

}  // namespace

std::string FormatTimeMs(uint64_t time_ms) {
  if (time_ms / 1000 > kLastSecond) return fmt::format("{} ms", time_ms);
  const time_t seconds = static_cast<time_t>(time_ms / 1000);
  struct tm parts;
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

bool ParseRfc3339(std::string_view text, int64_t* out) {
  // Collects the digits of a GeneralizedTime, whose reader knows the calendar.
  std::string digits;
  if (!TakeDigits(4, &text, &digits) || !TakeOneOf("-", &text) || !TakeDigits(2, &text, &digits) ||
      !TakeOneOf("-", &text) || !TakeDigits(2, &text, &digits) || !TakeOneOf("Tt ", &text) ||
      !TakeDigits(2, &text, &digits) || !TakeOneOf(":", &text) || !TakeDigits(2, &text, &digits) ||
      !TakeOneOf(":", &text) || !TakeDigits(2, &text, &digits)) {
    return false;
  }
  if (TakeOneOf(".", &text)) {
    const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    if (end == 0) return false;
    text.remove_prefix(end);
  }
  digits += 'Z';
  int64_t seconds, offset;
  const Bytes bytes(reinterpret_cast<const uint8_t*>(digits.data()), digits.size());
  if (!ParseAsn1Time(kTagGeneralizedTime, bytes, &seconds) || !ParseOffset(text, &offset)) {
    return false;
  }
  *out = seconds - offset;
  return true;
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
