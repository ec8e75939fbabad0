#include "sync/offer/json.h"

#include <fmt/format.h>

#include <set>
#include <vector>

namespace crlite {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

// Watches the parser: what nlohmann-json would accept, and we do not.
class Guard {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    if (depth > kMaxDepth) too_deep_ = true;
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end && !keys_.empty()) keys_.pop_back();
    if (event == json::parse_event_t::key && !keys_.empty()) {
      repeated_ |= !keys_.back().insert(parsed.get<std::string>()).second;
    }
    return Check().ok();
  }

  Status Check() const {
    if (too_deep_) return MalformedError(fmt::format("nested more than {} deep", kMaxDepth));
    if (repeated_) return MalformedError("a key twice in one object");
    return Status::Ok();
  }

 private:
  std::vector<std::set<std::string>> keys_;  // of the objects that are open
  bool too_deep_ = false, repeated_ = false;
};

}  // namespace

Result<json> ParseObject(std::string_view text, uint64_t max_size) {
  if (text.size() > max_size) {
    return MalformedError(fmt::format("{} bytes, at most {} are accepted", text.size(), max_size));
  }
  // The parser takes a NUL for the end and would leave the rest unread.
  if (text.find('\0') != text.npos) return MalformedError("not valid JSON");
  Guard guard;
  const auto watch = [&guard](int depth, json::parse_event_t event, json& parsed) {
    return guard(depth, event, parsed);
  };
  json document = json::parse(text, watch, /*allow_exceptions=*/false);
  if (Status checked = guard.Check(); !checked.ok()) return checked.error();
  if (document.is_discarded()) return MalformedError("not valid JSON");
  if (!document.is_object()) return MalformedError("wanted a JSON object");
  return document;
}

Result<uint64_t> ParseCount(const json& object, const char* key, uint64_t max) {
  const auto found = object.find(key);
  if (found == object.end()) return MalformedError(fmt::format("{}: missing", key));
  if (!found->is_number_unsigned() || found->get<uint64_t>() > max) {
    return MalformedError(fmt::format("{}: wanted an integer from 0 to {}", key, max));
  }
  return found->get<uint64_t>();
}

Result<std::string> ParseText(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return MalformedError(fmt::format("{}: missing", key));
  if (!found->is_string()) return MalformedError(fmt::format("{}: wanted a string", key));
  return found->get<std::string>();
}

}  // namespace crlite
