#include "cascade/builder/line_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace crlite {

Result<LineParts> LineParts::Open(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return IoError(path, "cannot stat", errno);
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kIo, path + ": not a regular file"};
  return LineParts(path, static_cast<uint64_t>(status.st_size));
}

uint64_t LineParts::PartSize(size_t part) const {
  return std::min(kPartSize, size_ - part * kPartSize);
}

// Bytes [begin, end) of the file. A descriptor per call: a universe has more issuers than a process
// may have files.
Status LineParts::Load(uint64_t begin, uint64_t end, std::string* out) const {
  out->resize(static_cast<size_t>(end - begin));
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return IoError(path_, "cannot open", errno);
  size_t have = 0;
  Status status;
  while (status.ok() && have < out->size()) {
    const ssize_t got =
        pread(fd, out->data() + have, out->size() - have, static_cast<off_t>(begin + have));
    if (got > 0) {
      have += static_cast<size_t>(got);
    } else if (got == 0) {
      status = Error{ErrorCode::kIo, path_ + ": became shorter while it was read"};
    } else if (errno != EINTR) {
      status = IoError(path_, "cannot read", errno);
    }
  }
  close(fd);
  return status;
}

Error LineParts::AtLine(uint64_t offset, const std::string& message) const {
  uint64_t line = 1;
  std::string text;
  for (uint64_t begin = 0; begin < offset; begin += kPartSize) {
    if (Status status = Load(begin, std::min(begin + kPartSize, offset), &text); !status.ok()) {
      return status.error();
    }
    line += static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  }
  return MalformedError(fmt::format("{}:{}: {}", path_, line, message));
}

Status LineParts::Read(size_t part, std::string* scratch, const Take& take) const {
  const uint64_t begin = part * kPartSize;
  const uint64_t end = begin + PartSize(part);
  // One byte before, to see whether a line begins here, and enough behind for the last line.
  const uint64_t load_begin = begin == 0 ? 0 : begin - 1;
  if (Status status = Load(load_begin, std::min(end + kMaxLine, size_), scratch); !status.ok()) {
    return status;
  }
  const std::string_view text = *scratch;
  size_t at = 0;
  if (begin != 0) {
    const size_t newline = text.find('\n');
    at = newline == text.npos ? text.size() : newline + 1;
  }
  while (load_begin + at < end && at < text.size()) {
    const size_t newline = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, newline - at);
    const std::string message = line.size() >= kMaxLine ? "line too long" : take(line);
    if (!message.empty()) return AtLine(load_begin + at, message);
    at = newline + 1;
  }
  return Status::Ok();
}

}  // namespace crlite
