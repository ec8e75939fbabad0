#include "cascade/live/state_data.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cascade/reader/state_files.h"

namespace crlite {

const char kFileIsAbsent[] = "absent";

namespace {

// The kernel shows this owner for files whose real one has no name in our user namespace.
constexpr uid_t kOverflowUser = 65534;

constexpr char kGenerationName[] = "generation";
constexpr char kProvisionedName[] = "provisioned";
constexpr size_t kMaxNameSize = sizeof kProvisionedName;
static_assert(sizeof kGenerationName <= kMaxNameSize);

bool CannotWrite(int fd) {
  if (faccessat(fd, "", W_OK, AT_EMPTY_PATH | AT_EACCESS) == 0) return false;
  if (errno == EACCES || errno == EROFS) return true;
  // Before Linux 5.8, or under an old seccomp filter, nobody answers. Only the owner has a write
  // bit.
  return geteuid() != kOverflowUser;
}

bool HasTrustedOwner(int fd, uid_t owner) {
  return owner == 0 || owner == geteuid() || (owner == kOverflowUser && CannotWrite(fd));
}

FileTrouble MapDescriptor(int fd, Mapping* out) {
  struct stat status;
  if (fstat(fd, &status) != 0) return "cannot be examined";
  if (!S_ISREG(status.st_mode)) return "not a regular file";
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "writable by group or others";
  if (!HasTrustedOwner(fd, status.st_uid)) return "owned neither by root nor by this user";
  if (status.st_size <= 0) return "empty";
  const size_t size = static_cast<size_t>(status.st_size);
  void* const base = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED) return "cannot be mapped";
  *out = {static_cast<const uint8_t*>(base), size};
  return nullptr;
}

// Whether there ever was data; fills the policy that the marker carries.
bool WasProvisioned(const SnapshotPaths& paths, Policy* policy) {
  Mapping marker;
  if (paths.MapBeside(kProvisionedName, &marker) == kFileIsAbsent) return false;
  // A marker that cannot be read is there all the same; the default policy then holds.
  if (marker && !DecodeProvisioned(marker.bytes(), policy)) *policy = Policy();
  Unmap(&marker);
  return true;
}

}  // namespace

FileTrouble MapTrustedFile(const char* path, Mapping* out) {
  *out = {};
  // O_NONBLOCK: a FIFO in place of the file must not hang the host.
  const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return kFileIsAbsent;
    return errno == ELOOP ? "a symbolic link" : "cannot be opened";
  }
  const FileTrouble trouble = MapDescriptor(fd, out);
  close(fd);
  return trouble;
}

void Unmap(Mapping* mapping) {
  // Forgotten first: a child forked in between must not unmap what is elsewhere by then.
  const Mapping old = *mapping;
  *mapping = {};
  if (old) munmap(const_cast<uint8_t*>(old.base), old.size);
}

bool SnapshotPaths::Set(const char* snapshot) {
  const char* const slash = strrchr(snapshot, '/');
  if (snapshot[0] != '/' || slash[1] == 0) return false;
  const size_t directory_size = static_cast<size_t>(slash - snapshot) + 1;
  const size_t size = directory_size + strlen(slash + 1) + 1;
  if (size > PATH_MAX || directory_size + kMaxNameSize > PATH_MAX) return false;
  directory_size_ = directory_size;
  memcpy(snapshot_, snapshot, size);
  return true;
}

FileTrouble SnapshotPaths::MapBeside(const char* name, Mapping* out) const {
  char path[PATH_MAX];
  memcpy(path, snapshot_, directory_size_);
  memcpy(path + directory_size_, name, strlen(name) + 1);
  return MapTrustedFile(path, out);
}

void LoadState(const SnapshotPaths& paths, StateData* out) {
  *out = StateData();
  out->trouble = MapTrustedFile(paths.snapshot(), &out->mapping);
  if (out->mapping) {
    const SnapshotError error = Snapshot::Open(out->mapping.bytes(), &out->snapshot);
    if (error == SnapshotError::kNone) {
      out->policy = out->snapshot.policy();
    } else {
      out->trouble = SnapshotErrorText(error);
      Unmap(&out->mapping);
    }
  }
  if (out->mapping && out->snapshot.has_data()) {
    out->state = DataState::kFresh;
    return;
  }
  Policy marked;
  if (!WasProvisioned(paths, &marked)) return;
  out->state = DataState::kDamaged;
  if (!out->mapping) out->policy = marked;
}

Mapping MapGenerationFile(const SnapshotPaths& paths) {
  Mapping file;
  if (paths.MapBeside(kGenerationName, &file) != nullptr) return {};
  if (file.size < kGenerationFileSize ||
      memcmp(file.base, kGenerationMagic, sizeof kGenerationMagic) != 0) {
    Unmap(&file);
  }
  return file;
}

}  // namespace crlite
