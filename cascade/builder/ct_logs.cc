#include "cascade/builder/ct_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxCtLogsFileSize = 16u << 20;
constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

uint64_t SaturatingAdd(uint64_t a, uint64_t b) { return a > kMax - b ? kMax : a + b; }
uint64_t SaturatingSubtract(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }
uint64_t SecondsToMs(uint64_t seconds) { return seconds > kMax / 1000 ? kMax : seconds * 1000; }

Result<uint64_t> GetNumber(const json& log, const char* field) {
  const auto it = log.find(field);
  if (it == log.end()) return MalformedError(fmt::format("{}: missing", field));
  if (!it->is_number_unsigned()) {
    return MalformedError(fmt::format("{}: {}, wanted a non-negative integer", field, it->dump()));
  }
  return it->get<uint64_t>();
}

Result<LogId> GetLogId(const json& log) {
  const auto it = log.find("LogID");
  if (it == log.end()) return MalformedError("LogID: missing");
  std::vector<uint8_t> bytes;
  if (!it->is_string() ||
      !FromBase64(it->get_ref<const std::string&>(), Base64Alphabet::kStandard, &bytes) ||
      bytes.size() != kHashSize) {
    return MalformedError(fmt::format("LogID: {}, wanted base64 of 32 bytes", it->dump()));
  }
  LogId id;
  std::copy(bytes.begin(), bytes.end(), id.bytes);
  return id;
}

Result<CoverageInterval> ParseLog(const json& log) {
  if (!log.is_object()) return MalformedError("wanted an object");
  Result<LogId> id = GetLogId(log);
  if (!id.ok()) return id.error();
  uint64_t values[4];
  const char* const fields[4] = {"MinTimestamp", "MaxTimestamp", "MMD", "MinEntry"};
  for (size_t i = 0; i < 4; ++i) {
    Result<uint64_t> value = GetNumber(log, fields[i]);
    if (!value.ok()) return value.error();
    values[i] = *value;
  }
  const auto [min_ms, max_ms, mmd_s, min_entry] = values;
  const uint64_t mmd_ms = SecondsToMs(mmd_s);
  return CoverageInterval{*id, min_entry == 0 ? min_ms : SaturatingAdd(min_ms, mmd_ms),
                          SaturatingSubtract(max_ms, mmd_ms)};
}

}  // namespace

Result<std::vector<CoverageInterval>> ParseCtLogs(std::string_view text) {
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded())
    return MalformedError(
        "not JSON, wanted the ct-logs.json of the crawl that listed the known serials");
  if (!document.is_array()) return MalformedError("wanted an array of CT logs");
  std::vector<CoverageInterval> logs;
  for (size_t i = 0; i < document.size(); ++i) {
    Result<CoverageInterval> log = ParseLog(document[i]);
    if (!log.ok()) return log.error().In(fmt::format("log {}", i));
    logs.push_back(*log);
  }
  std::sort(logs.begin(), logs.end(), [](const auto& a, const auto& b) { return a.log < b.log; });
  const auto twin = std::adjacent_find(logs.begin(), logs.end(),
                                       [](const auto& a, const auto& b) { return a.log == b.log; });
  if (twin != logs.end()) {
    return MalformedError(
        fmt::format("LogID {} stands twice", ToBase64(twin->log.bytes, Base64Alphabet::kStandard)));
  }
  std::erase_if(logs, [](const CoverageInterval& log) { return log.low_ms >= log.high_ms; });
  if (logs.empty()) return MalformedError("no log covers any time, a filter would answer nothing");
  return logs;
}

Result<std::vector<CoverageInterval>> ReadCtLogs(const std::string& path) {
  Result<std::vector<uint8_t>> content = ReadFile(path, kMaxCtLogsFileSize);
  if (!content.ok()) return content.error();
  Result<std::vector<CoverageInterval>> coverage =
      ParseCtLogs({reinterpret_cast<const char*>(content->data()), content->size()});
  if (!coverage.ok()) return coverage.error().In(path);
  return coverage;
}

}  // namespace crlite
