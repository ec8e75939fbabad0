// What crlite-sync shows: steps on stdout, warnings on stderr, and a bar while files arrive if
// stderr is a terminal.
#pragma once

#include <cstdint>
#include <string_view>

#include "cascade/base/progress_bar.h"

namespace crlite {

class Console {
 public:
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
  ProgressBar bar_;
  uint64_t done_ = 0;  // bytes of the files that are here
};

}  // namespace crlite
