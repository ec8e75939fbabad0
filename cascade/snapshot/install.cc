#include "cascade/snapshot/install.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "cascade/base/file.h"
#include "cascade/reader/state_files.h"
#include "cascade/snapshot/generation_file.h"
#include "cascade/snapshot/mapped_snapshot.h"

namespace crlite {
namespace {

constexpr mode_t kPublicFile = 0644;

// Read in pieces: mapped, the second copy would double this process's memory.
bool FileHolds(const std::string& path, Bytes bytes) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::vector<uint8_t> piece(64 << 10);
  for (;;) {
    const ssize_t got = read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0 && bytes.empty();
    const auto count = static_cast<size_t>(got);
    if (count > bytes.size() || memcmp(piece.data(), bytes.data(), count) != 0) return false;
    bytes = bytes.subspan(count);
  }
}

}  // namespace

uint64_t NextGeneration(const StatePaths& paths) {
  const Result<MappedSnapshot> current = MappedSnapshot::Open(paths.snapshot);
  const uint64_t generation = current.ok() ? current->snapshot().generation() : 0;
  return std::max(generation, AnnouncedGeneration(paths.generation).value_or(0)) + 1;
}

Status CheckInstalled(const StatePaths& paths, const Snapshot& snapshot) {
  if (Status trusted = CheckTrusted(paths.snapshot); !trusted.ok()) return trusted;
  if (Status trusted = CheckTrusted(paths.generation); !trusted.ok()) return trusted;
  const std::optional<uint64_t> word = AnnouncedGeneration(paths.generation);
  if (!word.has_value()) return UntrustedError(paths.generation, "not a generation file");
  if (*word != snapshot.generation()) {
    return UntrustedError(paths.generation, fmt::format("says {}, wanted {}, that of the snapshot",
                                                        *word, snapshot.generation()));
  }
  if (!snapshot.has_data()) return Status::Ok();
  if (Status trusted = CheckTrusted(paths.provisioned); !trusted.ok()) return trusted;
  const Result<std::vector<uint8_t>> marker =
      ReadFile(paths.provisioned, kProvisionedFileSize, Links::kRefuse);
  uint8_t wanted[kProvisionedFileSize];
  EncodeProvisioned(snapshot.policy(), wanted);
  if (!marker.ok() || !SameBytes(*marker, wanted)) {
    return UntrustedError(paths.provisioned, "not the marker with the snapshot's policy");
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
  if (!snapshot.BodyHashMatches()) {
    return Error{ErrorCode::kInternal,
                 paths.snapshot +
                     ": refusing to install: its content does not have the hash that "
                     "its header gives"};
  }
  const std::string candidate = paths.snapshot + ".new";
  if (Status written = WriteFileAtomically(candidate, bytes, kPublicFile); !written.ok()) {
    return written;
  }
  // What the disk gives back is what every process will map.
  if (!FileHolds(candidate, bytes)) {
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
  return AnnounceGeneration(paths.generation, snapshot.generation());
}

}  // namespace crlite
