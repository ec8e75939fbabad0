#include "sync/store/public_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cascade/base/file.h"

namespace crlite {
namespace {

constexpr mode_t kPublicFile = 0644;

}  // namespace

Result<bool> PutPublicFile(const std::string& path, Bytes content) {
  const Result<std::vector<uint8_t>> there = ReadPublicFile(path, content.size());
  if (there.ok() && SameBytes(*there, content)) return false;
  Status written = WriteFileAtomically(path, content, kPublicFile);
  if (!written.ok()) return written.error();
  return true;
}

Result<std::vector<uint8_t>> ReadPublicFile(const std::string& path, uint64_t max_size) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0 || (status.st_mode & 0777) != kPublicFile) {
    return MalformedError(path + ": missing, or not of the mode that it was given");
  }
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    return MalformedError(path + ": another user's, who could change it later");
  }
  return ReadFile(path, max_size, Links::kRefuse);
}

}  // namespace crlite
