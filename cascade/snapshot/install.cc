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
#include <boost/interprocess/sync/file_lock.hpp>

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

// Makes sure that the generation file is there and whole. It is never renamed over: readers keep it
// mapped.
Status PrepareGenerationFile(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 &&
      status.st_size == static_cast<off_t>(kGenerationFileSize)) {
    return Status::Ok();
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

// The word, 0 when there is no generation file.
uint64_t AnnouncedGeneration(const std::string& path) {
  const Result<std::vector<uint8_t>> content = ReadFile(path, kGenerationFileSize);
  if (!content.ok() || content->size() != kGenerationFileSize) return 0;
  return LoadLe64(content->data() + kGenerationWordAt);
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
  ipc::file_lock lock;

  ~Impl() {
    try {
      lock.unlock();
    } catch (const ipc::interprocess_exception&) {
      // The kernel releases it with the process.
    }
  }
};

StateLock::StateLock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StateLock::StateLock(StateLock&&) noexcept = default;
StateLock& StateLock::operator=(StateLock&&) noexcept = default;
StateLock::~StateLock() = default;

Result<StateLock> StateLock::Acquire(const StatePaths& paths) {
  const int fd = open(paths.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return IoError(paths.lock, "cannot open the lock file", errno);
  const pid_t holder = HolderOf(fd);
  close(fd);  // before locking: closing any descriptor of the file drops a POSIX lock on it
  try {
    auto impl = std::make_unique<Impl>();
    ipc::file_lock(paths.lock.c_str()).swap(impl->lock);
    if (impl->lock.try_lock()) return StateLock(std::move(impl));
  } catch (const ipc::interprocess_exception& e) {
    return IoError(paths.lock, "cannot lock", static_cast<int>(e.get_native_error()));
  }
  return Error{ErrorCode::kIo,
               fmt::format("{}: held by another crlite-sync (pid {}); wait until it has ended",
                           paths.lock, holder)};
}

uint64_t NextGeneration(const StatePaths& paths) {
  const Result<MappedSnapshot> current = MappedSnapshot::Open(paths.snapshot);
  const uint64_t generation = current.ok() ? current->snapshot().generation() : 0;
  return std::max(generation, AnnouncedGeneration(paths.generation)) + 1;
}

bool IsAnnounced(const StatePaths& paths, const Snapshot& snapshot) {
  return AnnouncedGeneration(paths.generation) == snapshot.generation();
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
