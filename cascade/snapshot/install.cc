#include "cascade/snapshot/install.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>

#include "cascade/base/file.h"
#include "cascade/reader/state_files.h"
#include "cascade/snapshot/mapped_snapshot.h"

namespace crlite {

namespace ipc = boost::interprocess;

namespace {

constexpr mode_t kPublicFile = 0644;

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

Error Untrusted(const std::string& path, std::string_view what) {
  return MalformedError(fmt::format("{}: {}; run crlite-sync publish to mend it", path, what));
}

// The word; nullopt when this is no generation file.
std::optional<uint64_t> AnnouncedGeneration(const std::string& path) {
  const Result<std::vector<uint8_t>> content = ReadFile(path, kGenerationFileSize, Links::kRefuse);
  if (!content.ok() || content->size() != kGenerationFileSize ||
      memcmp(content->data(), kGenerationMagic, sizeof kGenerationMagic) != 0) {
    return std::nullopt;
  }
  return LoadLe64(content->data() + kGenerationWordAt);
}

// Sets the mode of our own file back. Others' are left alone: who owned it may still write to it.
void MendMode(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  struct stat status;
  // Whether it helped is for CheckTrusted to see.
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid()) {
    (void)!fchmod(fd, kPublicFile);
  }
  close(fd);
}

// Makes sure that the generation file is there and whole. It is renamed over only if nobody can
// have believed it: readers keep it mapped.
Status PrepareGenerationFile(const std::string& path) {
  if (AnnouncedGeneration(path).has_value()) {
    if (!CheckTrusted(path).ok()) MendMode(path);
    if (CheckTrusted(path).ok()) return Status::Ok();
  }
  std::vector<uint8_t> content(kGenerationFileSize);
  memcpy(content.data(), kGenerationMagic, sizeof kGenerationMagic);
  return WriteFileAtomically(path, content, kPublicFile);
}

// Tells every process that has the generation file mapped.
Status Announce(const std::string& path, uint64_t generation) {
  if (Status prepared = PrepareGenerationFile(path); !prepared.ok()) return prepared;
  try {
    const ipc::file_mapping file(path.c_str(), ipc::read_write);
    ipc::mapped_region region(file, ipc::read_write, 0, kGenerationFileSize);
    auto* word = reinterpret_cast<uint64_t*>(static_cast<uint8_t*>(region.get_address()) +
                                             kGenerationWordAt);
    std::atomic_ref<uint64_t>(*word).store(generation, std::memory_order_release);
    region.flush();
  } catch (const ipc::interprocess_exception& e) {
    return IoError(path, "cannot change the generation word",
                   static_cast<int>(e.get_native_error()));
  }
  return Status::Ok();
}

}  // namespace

StatePaths::StatePaths(const std::string& state_directory)
    : directory(state_directory),
      snapshot(directory + "/snapshot"),
      generation(directory + "/generation"),
      provisioned(directory + "/provisioned"),
      filters(directory + "/filters"),
      incoming(directory + "/incoming"),
      lock(directory + "/lock") {}

struct StateLock::Impl {
  explicit Impl(int lock_fd) : fd(lock_fd) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  // Closing releases the lock.
  ~Impl() { close(fd); }

  const int fd;
};

StateLock::StateLock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StateLock::StateLock(StateLock&&) noexcept = default;
StateLock& StateLock::operator=(StateLock&&) noexcept = default;
StateLock::~StateLock() = default;

Result<StateLock> StateLock::Acquire(const StatePaths& paths) {
  Result<int> fd = OpenLock(paths.lock);
  if (!fd.ok()) return fd.error();
  auto impl = std::make_unique<Impl>(*fd);
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(impl->fd, F_SETLK, &lock) == 0) return StateLock(std::move(impl));
  if (errno != EACCES && errno != EAGAIN) return IoError(paths.lock, "cannot lock", errno);
  return Error{ErrorCode::kIo,
               fmt::format("{}: held by another crlite-sync (pid {}); wait until it has ended",
                           paths.lock, HolderOf(impl->fd))};
}

uint64_t NextGeneration(const StatePaths& paths) {
  const Result<MappedSnapshot> current = MappedSnapshot::Open(paths.snapshot);
  const uint64_t generation = current.ok() ? current->snapshot().generation() : 0;
  return std::max(generation, AnnouncedGeneration(paths.generation).value_or(0)) + 1;
}

Status CheckTrusted(const std::string& path) {
  constexpr mode_t kReadable = S_IRUSR | S_IRGRP | S_IROTH, kShared = S_IWGRP | S_IWOTH;
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) {
    return Untrusted(path, errno == ENOENT ? "missing" : "cannot be examined");
  }
  if (S_ISLNK(status.st_mode)) return Untrusted(path, "a symbolic link, wanted the file itself");
  if (!S_ISREG(status.st_mode)) return Untrusted(path, "not a regular file");
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    return Untrusted(path, fmt::format("owned by user {}, wanted root", status.st_uid));
  }
  if ((status.st_mode & kReadable) != kReadable || (status.st_mode & kShared) != 0) {
    return Untrusted(path, fmt::format("mode {:04o}, wanted 0644", status.st_mode & 07777));
  }
  return Status::Ok();
}

Status CheckInstalled(const StatePaths& paths, const Snapshot& snapshot) {
  if (Status trusted = CheckTrusted(paths.snapshot); !trusted.ok()) return trusted;
  if (Status trusted = CheckTrusted(paths.generation); !trusted.ok()) return trusted;
  const std::optional<uint64_t> word = AnnouncedGeneration(paths.generation);
  if (!word.has_value()) return Untrusted(paths.generation, "not a generation file");
  if (*word != snapshot.generation()) {
    return Untrusted(paths.generation, fmt::format("says {}, wanted {}, that of the snapshot",
                                                   *word, snapshot.generation()));
  }
  if (!snapshot.has_data()) return Status::Ok();
  if (Status trusted = CheckTrusted(paths.provisioned); !trusted.ok()) return trusted;
  const Result<std::vector<uint8_t>> marker =
      ReadFile(paths.provisioned, kProvisionedFileSize, Links::kRefuse);
  uint8_t wanted[kProvisionedFileSize];
  EncodeProvisioned(snapshot.policy(), wanted);
  if (!marker.ok() || !SameBytes(*marker, wanted)) {
    return Untrusted(paths.provisioned, "not the marker with the snapshot's policy");
  }
  return Status::Ok();
}

Status InstallSnapshot(const StatePaths& paths, Bytes bytes) {
  Snapshot snapshot;
  const SnapshotError error = Snapshot::Open(bytes, &snapshot);
  if (error != SnapshotError::kNone) {
    return Error{ErrorCode::kInternal, fmt::format("{}: refusing to install: {}", paths.snapshot,
                                                   SnapshotErrorText(error))};
  }
  const std::string candidate = paths.snapshot + ".new";
  if (Status written = WriteFileAtomically(candidate, bytes, kPublicFile); !written.ok()) {
    return written;
  }
  // What the disk gives back is what every process will map.
  const Result<MappedSnapshot> reread = MappedSnapshot::Open(candidate);
  if (!reread.ok() || !reread->snapshot().BodyHashMatches()) {
    unlink(candidate.c_str());
    return Error{ErrorCode::kIo, paths.snapshot +
                                     ": the disk gave back other bytes than were "
                                     "written; the old snapshot stays in force"};
  }
  if (Status renamed = RenameIntoPlace(candidate, paths.snapshot); !renamed.ok()) return renamed;
  if (snapshot.has_data()) {
    uint8_t marker[kProvisionedFileSize];
    EncodeProvisioned(snapshot.policy(), marker);
    if (Status marked = WriteFileAtomically(paths.provisioned, marker, kPublicFile); !marked.ok()) {
      return marked;
    }
  }
  return Announce(paths.generation, snapshot.generation());
}

}  // namespace crlite
