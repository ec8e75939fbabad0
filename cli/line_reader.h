// Lines from a descriptor, in bounded memory, as soon as they are there.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cascade/base/result.h"

namespace crlite {

class LineReader {
 public:
  // `before_read` runs before each wait for input: what the other side of a pipe may be waiting for
  // is to be flushed there. Of a line longer than `max_line` bytes about max_line + 1 are kept.
  LineReader(int fd, size_t max_line, std::function<void()> before_read)
      : fd_(fd), max_line_(max_line), before_read_(std::move(before_read)) {}

  // The next line without its newline and one carriage return in front of that, valid until the
  // next call; a last line without newline counts. False at the end, or when reading failed:
  // status() says which.
  bool Next(std::string_view* line);
  const Status& status() const { return status_; }

 private:
  void Fill();
  std::string_view Take(size_t length, size_t consumed);

  int fd_;
  size_t max_line_;
  std::function<void()> before_read_;
  std::string buffer_;
  size_t begin_ = 0;     // of what has not been handed out
  size_t searched_ = 0;  // from begin_ on, bytes known to be no newline
  bool at_end_ = false;
  Status status_;
};

}  // namespace crlite
