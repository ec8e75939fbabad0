// A text file in parts of whole lines, for several threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cascade/base/result.h"

namespace crlite {

// Safe for any number of threads. The file must not change while it is read.
class LineParts {
 public:
  static constexpr uint64_t kPartSize = 1 << 20;  // bytes
  static constexpr size_t kMaxLine = 1024;        // bytes; a longer line is an error

  // `path`: a regular file.
  static Result<LineParts> Open(const std::string& path);

  size_t num_parts() const { return static_cast<size_t>((size_ + kPartSize - 1) / kPartSize); }
  uint64_t PartSize(size_t part) const;

  // Calls `take` for every line that begins in the part, without its newline. When `take` returns
  // a message, reading ends with the error "<path>:<line>: <message>". `*scratch` is used as
  // memory.
  using Take = std::function<std::string(std::string_view line)>;
  Status Read(size_t part, std::string* scratch, const Take& take) const;

  const std::string& path() const { return path_; }

 private:
  LineParts(std::string path, uint64_t size) : path_(std::move(path)), size_(size) {}
  Status Load(uint64_t begin, uint64_t end, std::string* out) const;
  Error AtLine(uint64_t offset, const std::string& message) const;

  std::string path_;
  uint64_t size_;
};

}  // namespace crlite
