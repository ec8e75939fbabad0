#include "sync/transfer/part_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cascade/base/file.h"

namespace crlite {
namespace {

constexpr mode_t kPublicFile = 0644;
constexpr size_t kChunk = 64 << 10;

}  // namespace

Result<std::unique_ptr<PartFile>> PartFile::Open(const std::string& path) {
  // O_NONBLOCK: a FIFO in place of the file must not hang us.
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  int fd = open(path.c_str(), kFlags | O_CREAT | O_EXCL, kPublicFile);
  const bool is_new = fd >= 0;
  if (!is_new && errno == EEXIST) fd = open(path.c_str(), kFlags);
  if (fd < 0) return IoError(path, "cannot open", errno);
  std::unique_ptr<PartFile> file(new PartFile(path, fd));
  // The umask of whoever fetches must not hide the file from whoever publishes.
  if (is_new && fchmod(fd, kPublicFile) != 0) return IoError(path, "cannot set the mode", errno);
  const Status usable = is_new ? GiveToOwnerOf(DirectoryOf(path), fd) : file->CheckIsOurs();
  if (!usable.ok()) return usable.error();
  return file;
}

Status PartFile::CheckIsOurs() {
  struct stat file, folder;
  if (fstat(fd_.get(), &file) != 0) return IoError(path_, "cannot stat", errno);
  const std::string directory = DirectoryOf(path_);
  if (stat(directory.c_str(), &folder) != 0) return IoError(directory, "cannot stat", errno);
  const bool is_ours = file.st_uid == geteuid() || (geteuid() == 0 && file.st_uid == folder.st_uid);
  if (!S_ISREG(file.st_mode) || file.st_nlink != 1 || !is_ours) {
    return Error{ErrorCode::kIo, path_ +
                                     ": not a regular file of this user that has no other name; "
                                     "remove it"};
  }
  size_ = static_cast<uint64_t>(file.st_size);
  return Status::Ok();
}

Status PartFile::Append(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError(path_, "cannot write", errno);
    size_ += static_cast<uint64_t>(written);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return Status::Ok();
}

Status PartFile::Clear() {
  if (ftruncate(fd_.get(), 0) != 0) return IoError(path_, "cannot truncate", errno);
  size_ = 0;
  return Status::Ok();
}

Result<Sha256Digest> PartFile::Hash() const {
  Sha256 hash;
  std::vector<uint8_t> chunk(kChunk);
  for (uint64_t at = 0; at < size_;) {
    const ssize_t got = pread(fd_.get(), chunk.data(), chunk.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError(path_, "cannot read", errno);
    if (got == 0) break;  // somebody cuts it off: the hash will be wrong
    hash.Update(Bytes(chunk.data(), static_cast<size_t>(got)));
    at += static_cast<uint64_t>(got);
  }
  return hash.Final();
}

void PartFile::Unlink() const { unlink(path_.c_str()); }

}  // namespace crlite
