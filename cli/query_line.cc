#include "cli/query_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cascade/base/hex.h"

namespace crlite {
namespace {

constexpr size_t kMaxQuoted = 40;

// Text from outside as it may be shown on a terminal.
std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text.substr(0, kMaxQuoted)) quoted += c >= ' ' && c <= '~' ? c : '?';
  return quoted + (text.size() > kMaxQuoted ? "…'" : "'");
}

// What stands in front of `separator`, which is taken off `rest` with it.
std::string_view TakeUntil(char separator, std::string_view* rest) {
  const size_t end = std::min(rest->find(separator), rest->size());
  const std::string_view head = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return head;
}

bool ParseSct(std::string_view text, Sct* out) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  if (!FromHexExactly(text.substr(0, colon), out->log.bytes)) return false;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, out->timestamp_ms);
  return error == std::errc() && stop == end;
}

}  // namespace

bool QueryLine::Parse(std::string_view line) {
  num_scts_ = 0;
  if (line.size() > kMaxQueryLine) {
    problem_ = fmt::format("more than {} bytes", kMaxQueryLine);
    return false;
  }
  const auto num_fields = 1 + std::count(line.begin(), line.end(), '\t');
  if (num_fields != 3) {
    problem_ = fmt::format("{} fields, wanted 3 separated by tabs", num_fields);
    return false;
  }
  const std::string_view issuer = TakeUntil('\t', &line);
  if (!FromHexExactly(issuer, issuer_.bytes)) {
    return Refuse("issuer", issuer, "64 hexadecimal digits");
  }
  return ParseSerial(TakeUntil('\t', &line)) && ParseScts(line);
}

bool QueryLine::ParseSerial(std::string_view text) {
  if (FromHex(text, &serial_)) return true;
  return Refuse("serial", text, "an even number of hexadecimal digits");
}

bool QueryLine::ParseScts(std::string_view text) {
  if (text.empty() || text == "-") return true;
  // A comma at the end announces one more SCT.
  if (text.back() == ',') return Refuse("SCT", "", "64 hexadecimal digits, ':', milliseconds");
  while (!text.empty()) {
    const std::string_view item = TakeUntil(',', &text);
    Sct sct;
    if (!ParseSct(item, &sct)) {
      return Refuse("SCT", item, "64 hexadecimal digits, ':', milliseconds");
    }
    if (num_scts_ < kMaxScts) scts_[num_scts_++] = sct;
  }
  return true;
}

bool QueryLine::Refuse(std::string_view field, std::string_view found, std::string_view wanted) {
  problem_ = fmt::format("{}: {}, wanted {}", field, Quoted(found), wanted);
  return false;
}

}  // namespace crlite
