#include "sync/store/floors.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "cascade/base/file.h"
#include "cascade/base/text.h"
#include "sync/offer/json.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxFloorsSize = 1 << 20;
constexpr int kSchema = 1;
constexpr std::string_view kSignedPrefix = "signed:";

Result<std::map<std::string, uint64_t>> ParseFloors(std::string_view text) {
  Result<json> document = ParseObject(text, kMaxFloorsSize);
  if (!document.ok()) return document.error();
  if (Result<uint64_t> schema = ParseCount(*document, "schema", kSchema); !schema.ok()) {
    return schema.error();
  }
  const auto floors = document->find("floors");
  if (floors == document->end() || !floors->is_object()) {
    return MalformedError("floors: wanted an object");
  }
  std::map<std::string, uint64_t> times;
  for (const auto& [identity, unused] : floors->items()) {
    Result<uint64_t> time = ParseCount(*floors, identity.c_str(), kMaxTimeMs);
    if (!time.ok()) return time.error();
    times[identity] = *time;
  }
  return times;
}

}  // namespace

Result<Floors> Floors::Read(const std::string& path, bool allow_rollback) {
  Floors floors;
  struct stat status;
  if (lstat(path.c_str(), &status) != 0 && errno == ENOENT) return floors;
  const Result<std::vector<uint8_t>> text = ReadFile(path, kMaxFloorsSize, Links::kRefuse);
  if (!text.ok()) return text.error();
  Result<std::map<std::string, uint64_t>> times =
      ParseFloors({reinterpret_cast<const char*>(text->data()), text->size()});
  if (!times.ok() && allow_rollback) return floors;
  if (!times.ok()) {
    return Error{times.error().code, fmt::format("{}: {}; --allow-rollback begins it anew", path,
                                                 times.error().message)};
  }
  floors.times_ms_ = std::move(*times);
  return floors;
}

Status Floors::Write(const std::string& path) const {
  const json document = {{"schema", kSchema}, {"floors", times_ms_}};
  const std::string text = document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  return WriteFileAtomically(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()},
                             0644);
}

std::string Floors::IdentityOf(const Offer& offer, const std::string& channel) {
  return offer.proof.has_value() ? std::string(kSignedPrefix) + channel : offer.source;
}

Status Floors::CheckNotRollback(const Offer& offer, const std::string& identity) const {
  const auto floor = times_ms_.find(identity);
  if (floor == times_ms_.end() || offer.data_time_ms >= floor->second) return Status::Ok();
  return Error{
      ErrorCode::kUnavailable,
      fmt::format("{}: rollback: its data is of {}, older than what was accepted before, of {}; "
                  "--allow-rollback takes it anyway",
                  offer.source, FormatTimeMs(offer.data_time_ms), FormatTimeMs(floor->second))};
}

bool Floors::HasSigned() const {
  return std::any_of(times_ms_.begin(), times_ms_.end(), [](const auto& floor) {
    return std::string_view(floor.first).starts_with(kSignedPrefix);
  });
}

bool Floors::Set(const std::string& identity, uint64_t data_time_ms, bool allow_rollback) {
  uint64_t& floor = times_ms_[identity];
  if (data_time_ms == floor || (data_time_ms < floor && !allow_rollback)) return false;
  floor = data_time_ms;
  return true;
}

}  // namespace crlite
