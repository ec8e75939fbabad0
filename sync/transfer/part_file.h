// A file that grows while its bytes arrive.
#pragma once

#include <memory>
#include <string>

#include "cascade/base/file.h"
#include "cascade/base/result.h"
#include "cascade/reader/bytes.h"
#include "cascade/reader/sha256.h"

namespace crlite {

// The folder may belong to another user than this process, which may be root: what lies there is
// used only if it is a regular file with no second name, of this user or of the folder's owner.
// Errors are kIo and name the path.
class PartFile {
 public:
  // Opens `path` with what it contains; makes it, for the folder's owner, if it is not there.
  static Result<std::unique_ptr<PartFile>> Open(const std::string& path);

  uint64_t size() const { return size_; }
  Status Append(Bytes bytes);
  Status Clear();
  Result<Sha256Digest> Hash() const;
  // Takes the name away; the file is gone with this object.
  void Unlink() const;

 private:
  PartFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Status CheckIsOurs();

  const std::string path_;
  const Descriptor fd_;
  uint64_t size_ = 0;
};

}  // namespace crlite
