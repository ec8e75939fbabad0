// What the sync tools show: steps on stdout, warnings on stderr, and a bar while files arrive if
// stderr is a terminal. Or one JSON document on stdout at the end, in place of the steps.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cascade/base/progress_bar.h"
#include "cascade/base/result.h"

namespace crlite {

class Console {
 public:
  enum class Style {
    kLines,
    kQuiet,  // warnings alone
    kJson,
  };
  // `program`: the name in front of each warning.
  explicit Console(std::string program, Style style = Style::kLines);

  // One line about a step that was done.
  void Say(std::string_view line);
  // "<program>: <line>".
  void Warn(std::string_view line);

  // What is coming: `total_bytes` over all files, less where patches serve. Nothing is shown if
  // that is 0.
  void StartBar(uint64_t total_bytes);
  // So many more bytes have come.
  void Advance(uint64_t bytes);

  // More for the JSON document, under a key of its own.
  void Add(const char* key, nlohmann::ordered_json value);
  // Warns of the error, if there is one, ends the JSON document, and returns the exit status.
  int Finish(const Status& done);

 private:
  const std::string program_;
  const Style style_;
  ProgressBar bar_;
  bool has_bar_ = false;
  nlohmann::ordered_json steps_ = nlohmann::ordered_json::array(),
                         warnings_ = nlohmann::ordered_json::array(),
                         more_ = nlohmann::ordered_json::object();
};

}  // namespace crlite
