#include "sync/offer/json.h"

#include <fmt/format.h>

#include <set>
#include <vector>

namespace crlite {
namespace {

using nlohmann::json;

constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxValues = 300'000;  // a parsed value takes many times the bytes of its text

// Reads along, before anything is built: what nlohmann-json would accept, and we do not. (Its own
// way to watch while it builds takes quadratic time for a long list.)
class Guard : public nlohmann::json_sax<json> {
 public:
  Status Check() const {
    if (too_deep_) return MalformedError(fmt::format("nested more than {} deep", kMaxDepth));
    if (repeated_) return MalformedError("a key twice in one object");
    if (num_values_ > kMaxValues) {
      return MalformedError(fmt::format("more than {} values", kMaxValues));
    }
    return Status::Ok();
  }

  bool null() override { return Count(); }
  bool boolean(bool) override { return Count(); }
  bool number_integer(number_integer_t) override { return Count(); }
  bool number_unsigned(number_unsigned_t) override { return Count(); }
  bool number_float(number_float_t, const string_t&) override { return Count(); }
  bool string(string_t&) override { return Count(); }
  bool binary(binary_t&) override { return Count(); }
  bool start_object(size_t) override { return Open(); }
  bool key(string_t& key) override {
    repeated_ = !keys_.back().insert(std::move(key)).second;
    return !repeated_;
  }
  bool end_object() override { return Close(); }
  bool start_array(size_t) override { return Open(); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t, const std::string&, const json::exception&) override { return false; }

 private:
  bool Open() {
    keys_.emplace_back();
    too_deep_ = keys_.size() > kMaxDepth;
    return Count() && !too_deep_;
  }
  bool Count() { return ++num_values_ <= kMaxValues; }
  bool Close() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> keys_;  // of the objects and lists that are open
  size_t num_values_ = 0;
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
  if (!json::sax_parse(text, &guard)) {
    if (Status checked = guard.Check(); !checked.ok()) return checked.error();
    return MalformedError("not valid JSON");
  }
  json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
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
