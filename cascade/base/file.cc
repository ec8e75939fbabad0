#include "cascade/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace crlite {
namespace {

bool WriteAll(int fd, Bytes content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content = content.subspan(static_cast<size_t>(written));
  }
  return true;
}

// Nobody else's names contain this: what is left of a dead process can be told from a user's file.
constexpr char kTemporaryMark[] = ".crlite-tmp-";
constexpr size_t kMkstempSize = 6;

}  // namespace

std::string_view TargetOfTemporary(std::string_view name) {
  constexpr size_t kSuffixSize = sizeof kTemporaryMark - 1 + kMkstempSize;
  if (name.size() <= kSuffixSize) return {};
  const std::string_view target = name.substr(0, name.size() - kSuffixSize);
  return name.substr(target.size()).starts_with(kTemporaryMark) ? target : std::string_view();
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Result<std::vector<uint8_t>> ReadFile(const std::string& path, uint64_t max_size, Links links) {
  // O_NONBLOCK: a FIFO in place of the file must not hang us.
  const int no_link = links == Links::kRefuse ? O_NOFOLLOW : 0;
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | no_link));
  if (fd.get() < 0) return IoError(path, "cannot open", errno);
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return IoError(path, "cannot stat", errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kIo, path + ": not a regular file"};
  }
  const uint64_t size = static_cast<uint64_t>(status.st_size);
  if (size > max_size) {
    return MalformedError(
        fmt::format("{}: {} bytes, at most {} are accepted", path, size, max_size));
  }
  std::vector<uint8_t> content(static_cast<size_t>(size));
  size_t have = 0;
  while (have < content.size()) {
    const ssize_t got = read(fd.get(), content.data() + have, content.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError(path, "cannot read", errno);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  content.resize(have);
  return content;
}

Status GiveToOwnerOf(const std::string& directory, int fd) {
  struct stat status;
  if (stat(directory.c_str(), &status) != 0) return IoError(directory, "cannot stat", errno);
  if (geteuid() != 0 || status.st_uid == 0) return Status::Ok();
  if (fchown(fd, status.st_uid, status.st_gid) == 0) return Status::Ok();
  return IoError(directory, "cannot give a new file to its owner", errno);
}

Result<std::unique_ptr<FileReplacement>> FileReplacement::Begin(const std::string& path) {
  std::string temporary = path + kTemporaryMark + "XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return IoError(path, "cannot create a temporary file beside it", errno);
  return std::unique_ptr<FileReplacement>(new FileReplacement(path, temporary, fd));
}

FileReplacement::~FileReplacement() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Status FileReplacement::Allocate(uint64_t size) {
  if (size == 0) return Status::Ok();
  const int error = posix_fallocate(fd_.get(), 0, static_cast<off_t>(size));
  // Some file systems cannot allocate ahead; writing then reports a full disk.
  if (error == 0 || error == EOPNOTSUPP || error == EINVAL) return Status::Ok();
  return IoError(path_, fmt::format("cannot allocate {} bytes", size), error);
}

Status FileReplacement::Append(Bytes content) {
  if (WriteAll(fd_.get(), content)) return Status::Ok();
  return IoError(path_, "cannot write", errno);
}

Status FileReplacement::WriteAt(uint64_t offset, Bytes content) {
  while (!content.empty()) {
    const ssize_t written =
        pwrite(fd_.get(), content.data(), content.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return IoError(path_, "cannot write", errno);
    content = content.subspan(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return Status::Ok();
}

Status FileReplacement::Commit(mode_t mode, FileOwner owner, Durability durability) {
  if (fchmod(fd_.get(), mode) != 0) return IoError(path_, "cannot set the mode", errno);
  if (durability == Durability::kSynced && fsync(fd_.get()) != 0) {
    return IoError(path_, "cannot sync to disk", errno);
  }
  if (owner == FileOwner::kOwnerOfDirectory) {
    if (Status given = GiveToOwnerOf(DirectoryOf(path_), fd_.get()); !given.ok()) return given;
  }
  return RenameIntoPlace(std::exchange(temporary_, ""), path_, durability);
}

Status WriteFileAtomically(const std::string& path, Bytes content, mode_t mode, FileOwner owner,
                           Durability durability) {
  Result<std::unique_ptr<FileReplacement>> file = FileReplacement::Begin(path);
  if (!file.ok()) return file.error();
  if (Status room = (*file)->Allocate(content.size()); !room.ok()) return room;
  if (Status written = (*file)->Append(content); !written.ok()) return written;
  return (*file)->Commit(mode, owner, durability);
}

Status RenameIntoPlace(const std::string& from, const std::string& to, Durability durability) {
  if (rename(from.c_str(), to.c_str()) != 0) {
    const int error = errno;
    unlink(from.c_str());
    return IoError(to, "cannot rename the new file into place", error);
  }
  if (durability == Durability::kLater) return Status::Ok();
  const std::string directory = DirectoryOf(to);
  const Descriptor directory_fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory_fd.get() < 0 || fsync(directory_fd.get()) != 0) {
    return IoError(directory, "cannot sync the directory", errno);
  }
  return Status::Ok();
}

Status SyncFileSystemOf(const std::string& directory) {
  const Descriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0 && syncfs(fd.get()) == 0) return Status::Ok();
  return IoError(directory, "cannot sync its file system", errno);
}

}  // namespace crlite
