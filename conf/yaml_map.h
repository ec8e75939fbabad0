// One mapping of a YAML document, read key by key with errors that name the line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cascade/base/result.h"

namespace crlite {

// Views `node`; the readers below do nothing, and report success, when the key is absent.
class YamlMap {
 public:
  // Checks that `node` is a mapping in which every key is one of `allowed` and none comes twice.
  // `file` and `what` ("policy", "source") name the place in messages.
  static Result<YamlMap> Open(const YAML::Node& node, std::string_view file, std::string_view what,
                              std::initializer_list<std::string_view> allowed);

  bool Has(std::string_view key) const;
  YAML::Node Get(std::string_view key) const;
  int line() const { return LineOf(node_); }

  // Non-empty text.
  Status Read(std::string_view key, std::string* out) const;
  // One such text, or a list of them.
  Status Read(std::string_view key, std::vector<std::string>* out) const;
  // true or false.
  Status Read(std::string_view key, bool* out) const;
  // One of a few words.
  template <typename T>
  Status Read(std::string_view key, std::initializer_list<std::pair<std::string_view, T>> choices,
              T* out) const {
    std::string word;
    if (Status read = Read(key, &word); !read.ok() || !Has(key)) return read;
    std::string allowed;
    for (const auto& [name, value] : choices) {
      if (word == name) {
        *out = value;
        return Status::Ok();
      }
      allowed += (allowed.empty() ? "" : ", ") + std::string(name);
    }
    return WrongValue(key, word, "one of " + allowed);
  }
  // A whole number and a unit: 30m, 12h, 10d. At least a minute, at most ten years.
  Status ReadDuration(std::string_view key, uint32_t* out_seconds) const;

  // "<file>: line <n>: <key>: found <value>, wanted <wanted>".
  Error WrongValue(std::string_view key, std::string_view value, std::string_view wanted) const;

  // The line as an editor counts it.
  static int LineOf(const YAML::Node& node) { return node.Mark().line + 1; }
  static Error ErrorAt(std::string_view file, int line, std::string_view message);

 private:
  YamlMap(const YAML::Node& node, std::string_view file) : node_(node), file_(file) {}

  YAML::Node node_;
  std::string file_;
};

}  // namespace crlite
