#include "cli/time_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cascade/reader/asn1_time.h"

namespace crlite {
namespace {

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
