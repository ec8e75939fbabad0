#include "cascade/snapshot/install.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cascade/base/file.h"
#include "cascade/reader/state_files.h"
#include "cascade/snapshot/generation_file.h"
#include "cascade/snapshot/mapped_snapshot.h"

namespace crlite {

using namespace snapshot_format;

namespace {

constexpr mode_t kPublicFile = 0644;

// Whether the body of a snapshot has the hash that its header gives. Read in pieces: mapped, it
// would count as this process's memory.
bool BodyReadsBack(const std::string& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::vector<uint8_t> piece(256 << 10);
  uint8_t header[kHeaderSize];
  if (pread(fd.get(), header, sizeof header, 0) != sizeof header) return false;
  uint64_t offset = kHeaderSize + LoadLe32(header + kSectionCountAt) * kSectionEntrySize;
  Sha256 hash;
  for (;;) {
    const ssize_t got = pread(fd.get(), piece.data(), piece.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0)
      return SameBytes(hash.Final().bytes, Bytes(header).subspan(kBodyHashAt, kHashSize));
    hash.Update(Bytes(piece).first(static_cast<size_t>(got)));
    offset += static_cast<uint64_t>(got);
  }
}

// Writes the snapshot to `candidate`, a name that readers do not look at.
Status WriteCandidate(const std::string& candidate, uint64_t size,
                      const std::function<Status(const SnapshotSink&)>& write) {
  Result<std::unique_ptr<FileReplacement>> file = FileReplacement::Begin(candidate);
  if (!file.ok()) return file.error();
  if (Status room = (*file)->Allocate(size); !room.ok()) return room;
  const Status written =
      write([&file](uint64_t offset, Bytes bytes) { return (*file)->WriteAt(offset, bytes); });
  if (!written.ok()) return written;
  return (*file)->Commit(kPublicFile);
}

// What the disk gives back is what every process will map. Removes what is no good.
Result<MappedSnapshot> OpenCandidate(const StatePaths& paths, const std::string& candidate) {
  Result<MappedSnapshot> mapped = MappedSnapshot::Open(candidate);
  if (mapped.ok() && BodyReadsBack(candidate)) return mapped;
  unlink(candidate.c_str());
  return Error{ErrorCode::kIo,
               fmt::format("{}: the new one cannot be read back: {}; the old one stays in force",
                           paths.snapshot,
                           mapped.ok() ? "its content does not have the hash that its header gives"
                                       : mapped.error().message)};
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

Status InstallSnapshot(const StatePaths& paths, const SnapshotPlan& plan) {
  return InstallSnapshot(paths, plan.size(),
                         [&plan](const SnapshotSink& sink) { return plan.Write(sink); });
}

Status InstallSnapshot(const StatePaths& paths, Bytes snapshot) {
  return InstallSnapshot(paths, snapshot.size(),
                         [snapshot](const SnapshotSink& sink) { return sink(0, snapshot); });
}

Status InstallSnapshot(const StatePaths& paths, uint64_t size,
                       const std::function<Status(const SnapshotSink&)>& write) {
  const std::string candidate = paths.snapshot + ".new";
  if (Status written = WriteCandidate(candidate, size, write); !written.ok()) return written;
  const Result<MappedSnapshot> mapped = OpenCandidate(paths, candidate);
  if (!mapped.ok()) return mapped.error();
  const Snapshot& snapshot = mapped->snapshot();
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
