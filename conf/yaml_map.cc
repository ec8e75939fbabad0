#include "conf/yaml_map.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace crlite {
namespace {

constexpr uint64_t kMinDuration = 60;
constexpr uint64_t kMaxDuration = 3650 * uint64_t{86400};

bool ParseDuration(std::string_view text, uint32_t* out_seconds) {
  uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || end - rest != 1) return false;
  uint64_t unit = 0;
  if (*rest == 'm') unit = 60;
  if (*rest == 'h') unit = 3600;
  if (*rest == 'd') unit = 86400;
  if (unit == 0 || count > kMaxDuration / unit || count * unit < kMinDuration) return false;
  *out_seconds = static_cast<uint32_t>(count * unit);
  return true;
}

}  // namespace

Error YamlMap::ErrorAt(std::string_view file, int line, std::string_view message) {
  return {ErrorCode::kConfiguration, fmt::format("{}: line {}: {}", file, line, message)};
}

Result<YamlMap> YamlMap::Open(const YAML::Node& node, std::string_view file, std::string_view what,
                              std::initializer_list<std::string_view> allowed) {
  if (!node.IsMap()) {
    return ErrorAt(file, LineOf(node),
                   fmt::format("{}: wanted \"key: value\" lines with the keys {}", what,
                               fmt::join(allowed, ", ")));
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) {
      return ErrorAt(file, LineOf(entry.first), fmt::format("{}: a key must be a word", what));
    }
    const std::string& key = entry.first.Scalar();
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      return ErrorAt(file, LineOf(entry.first),
                     fmt::format("{}: unknown key \"{}\", allowed are {}", what, key,
                                 fmt::join(allowed, ", ")));
    }
    if (!seen.insert(key).second) {
      return ErrorAt(file, LineOf(entry.first),
                     fmt::format("{}: key \"{}\" for the second time", what, key));
    }
  }
  return YamlMap(node, file);
}

YAML::Node YamlMap::Get(std::string_view key) const { return node_[std::string(key)]; }

bool YamlMap::Has(std::string_view key) const { return Get(key).IsDefined(); }

Error YamlMap::WrongValue(std::string_view key, std::string_view value,
                          std::string_view wanted) const {
  const YAML::Node node = Get(key);
  return ErrorAt(file_, node.IsDefined() ? LineOf(node) : line(),
                 fmt::format("{}: found {}, wanted {}", key, value, wanted));
}

Status YamlMap::Read(std::string_view key, std::string* out) const {
  const YAML::Node node = Get(key);
  if (!node.IsDefined()) return Status::Ok();
  if (!node.IsScalar()) return WrongValue(key, "no single value", "text");
  if (node.Scalar().empty()) return WrongValue(key, "nothing", "text");
  *out = node.Scalar();
  return Status::Ok();
}

Status YamlMap::Read(std::string_view key, std::vector<std::string>* out) const {
  const YAML::Node node = Get(key);
  if (!node.IsDefined()) return Status::Ok();
  out->clear();
  if (!node.IsSequence()) return Read(key, &out->emplace_back());
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) return WrongValue(key, "a list of something else", "a list of texts");
    out->push_back(item.Scalar());
  }
  return Status::Ok();
}

Status YamlMap::Read(std::string_view key, bool* out) const {
  return Read<bool>(key, {{"true", true}, {"false", false}}, out);
}

Status YamlMap::ReadDuration(std::string_view key, uint32_t* out_seconds) const {
  std::string text;
  if (Status read = Read(key, &text); !read.ok() || !Has(key)) return read;
  if (ParseDuration(text, out_seconds)) return Status::Ok();
  return WrongValue(key, text, "a number and m, h or d (10d), from 1m to 3650d");
}

}  // namespace crlite
