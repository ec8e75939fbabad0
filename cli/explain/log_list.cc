#include "cli/explain/log_list.h"

#include <nlohmann/json.hpp>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "sync/offer/json.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxLogListSize = uint64_t{16} << 20;

const json& ListIn(const json& object, const char* key) {
  static const json kNone = json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

void AddLog(const json& log, LogNames* names) {
  if (!log.is_object()) return;
  const Result<std::string> name = ParseText(log, "description");
  const Result<std::string> id = ParseText(log, "log_id");
  std::vector<uint8_t> bytes;
  if (!name.ok() || !id.ok() || !FromBase64(*id, Base64Alphabet::kStandard, &bytes)) return;
  if (bytes.size() != kHashSize) return;
  LogId log_id;
  memcpy(log_id.bytes, bytes.data(), kHashSize);
  (*names)[log_id] = WithoutControls(*name);
}

}  // namespace

Result<LogNames> ReadLogNames(const std::string& path) {
  const Result<std::vector<uint8_t>> content = ReadFile(path, kMaxLogListSize);
  if (!content.ok()) return content.error();
  const std::string_view text(reinterpret_cast<const char*>(content->data()), content->size());
  const Result<json> document = ParseObject(text, kMaxLogListSize);
  if (!document.ok()) return document.error().In(path);
  LogNames names;
  for (const json& log_operator : ListIn(*document, "operators")) {
    if (!log_operator.is_object()) continue;
    for (const char* key : {"logs", "tiled_logs"}) {
      for (const json& log : ListIn(log_operator, key)) AddLog(log, &names);
    }
  }
  if (!names.empty()) return names;
  return MalformedError(path +
                        ": no log with description and log_id in it, wanted log_list.json "
                        "(version 3); fetch it again");
}

}  // namespace crlite
