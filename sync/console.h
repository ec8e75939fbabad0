// What crlite-sync shows: steps on stdout, warnings on stderr, and a bar while files arrive if
// stderr is a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crlite {

class Console {
 public:
  Console();
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // One line about a step that was done.
  void Say(std::string_view line);
  // "crlite-sync: <line>".
  void Warn(std::string_view line);

  // What is coming: `total_bytes` over all files.
  void StartBar(uint64_t total_bytes);
  // Bytes of the file that is arriving; AddFile ends it.
  void ShowPartial(uint64_t bytes_of_file);
  void AddFile(uint64_t bytes_of_file);

 private:
  void Draw(uint64_t bytes);
  void ClearBar();

  const bool is_terminal_;
  uint64_t total_ = 0, done_ = 0;
  std::string drawn_;  // what the bar shows
};

// "17.2 MB".
std::string SizeText(uint64_t bytes);
// "2026-11-18T20:26:40Z".
std::string TimeText(uint64_t time_ms);

}  // namespace crlite
