#include "cascade/snapshot/state_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "cascade/base/file.h"

namespace crlite {
namespace {

// The process that holds the lock on `fd`, for the message; 0 when it has just let go.
pid_t HolderOf(int fd) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

// The directory may belong to another user than this one: what is there is opened with care, and
// what is made must serve him as well.
Result<int> OpenLock(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  int fd = open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0600);
  const bool is_new = fd >= 0;
  if (!is_new && errno == EEXIST) fd = open(path.c_str(), kFlags);
  if (fd < 0) {
    const Error error = IoError(path, "cannot open the lock file", errno);
    if (errno != EACCES) return error;
    return Error{error.code, error.message + "; remove it if another user's run has left it"};
  }
  struct stat status;
  Status usable;
  if (is_new) {
    usable = GiveToOwnerOf(DirectoryOf(path), fd);
  } else if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    usable = Error{ErrorCode::kIo, path + ": not a regular file; remove it"};
  }
  if (usable.ok()) return fd;
  close(fd);
  return usable.error();
}

}  // namespace

StatePaths::StatePaths(const std::string& state_directory)
    : directory(state_directory),
      snapshot(directory + "/snapshot"),
      generation(directory + "/generation"),
      provisioned(directory + "/provisioned"),
      filters(directory + "/filters"),
      incoming(directory + "/incoming"),
      floors(directory + "/floors.json"),
      lock(directory + "/lock") {}

StateLock::StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

StateLock& StateLock::operator=(StateLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

StateLock::~StateLock() {
  if (fd_ >= 0) close(fd_);
}

Result<StateLock> StateLock::Acquire(const StatePaths& paths) { return Acquire(paths.lock); }

Result<StateLock> StateLock::Acquire(const std::string& path) {
  Result<int> fd = OpenLock(path);
  if (!fd.ok()) return fd.error();
  StateLock held(*fd);
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(held.fd_, F_SETLK, &lock) == 0) return held;
  if (errno != EACCES && errno != EAGAIN) return IoError(path, "cannot lock", errno);
  return Error{ErrorCode::kIo,
               fmt::format("{}: held by another run (pid {}); wait until it has ended", path,
                           HolderOf(held.fd_))};
}

Error UntrustedError(const std::string& path, std::string_view what) {
  return MalformedError(fmt::format("{}: {}; run crlite-sync publish to mend it", path, what));
}

Status CheckTrusted(const std::string& path) {
  constexpr mode_t kReadable = S_IRUSR | S_IRGRP | S_IROTH, kShared = S_IWGRP | S_IWOTH;
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) {
    return UntrustedError(path, errno == ENOENT ? "missing" : "cannot be examined");
  }
  if (S_ISLNK(status.st_mode))
    return UntrustedError(path, "a symbolic link, wanted the file itself");
  if (!S_ISREG(status.st_mode)) return UntrustedError(path, "not a regular file");
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    return UntrustedError(path, fmt::format("owned by user {}, wanted root", status.st_uid));
  }
  if ((status.st_mode & kReadable) != kReadable || (status.st_mode & kShared) != 0) {
    return UntrustedError(path, fmt::format("mode {:04o}, wanted 0644", status.st_mode & 07777));
  }
  return Status::Ok();
}

}  // namespace crlite
