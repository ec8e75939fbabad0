#include "cli/line_reader.h"

#include <errno.h>
#include <unistd.h>

namespace crlite {
namespace {

constexpr size_t kChunk = 1u << 16;

}  // namespace

bool LineReader::Next(std::string_view* line) {
  for (;;) {
    const size_t newline = buffer_.find('\n', begin_ + searched_);
    if (newline != std::string::npos) {
      const size_t length = newline - begin_;
      *line = Take(length, length + 1);
      return true;
    }
    searched_ = buffer_.size() - begin_;
    if (at_end_) {
      if (searched_ == 0 || !status_.ok()) return false;
      *line = Take(searched_, searched_);
      return true;
    }
    if (searched_ > max_line_) {
      searched_ = max_line_ + 1;
      buffer_.resize(begin_ + searched_);
    }
    Fill();
  }
}

void LineReader::Fill() {
  before_read_();
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t have = buffer_.size();
  buffer_.resize(have + kChunk);
  ssize_t got;
  do {
    got = read(fd_, buffer_.data() + have, kChunk);
  } while (got < 0 && errno == EINTR);
  if (got < 0) status_ = IoError("standard input", "cannot read", errno);
  if (got <= 0) at_end_ = true;
  buffer_.resize(have + (got > 0 ? static_cast<size_t>(got) : 0));
}

std::string_view LineReader::Take(size_t length, size_t consumed) {
  std::string_view line(buffer_.data() + begin_, length);
  begin_ += consumed;
  searched_ = 0;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace crlite
