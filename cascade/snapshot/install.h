// The state directory, and how a snapshot gets into it.
//
// docs/snapshot-format.md, "State directory".
#pragma once

#include <memory>
#include <string>

#include "cascade/base/result.h"
#include "cascade/reader/snapshot.h"

namespace crlite {

inline constexpr char kDefaultStateDir[] = "/var/lib/crlite";

// The names inside a state directory.
struct StatePaths {
  explicit StatePaths(const std::string& directory);
  std::string directory, snapshot, generation, provisioned, filters, incoming, lock;
};

// Exclusive right to change a state directory, released by the destructor or the process's end.
class StateLock {
 public:
  // Does not wait: another holder is an error that names the lock file and its holder's pid.
  static Result<StateLock> Acquire(const StatePaths& paths);
  StateLock(StateLock&&) noexcept;
  StateLock& operator=(StateLock&&) noexcept;
  ~StateLock();

 private:
  struct Impl;
  explicit StateLock(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One more than the generation of the snapshot in force and than the word that readers compare, so
// that installing changes the word. Call under the lock.
uint64_t NextGeneration(const StatePaths& paths);

// Whether every process would believe this file: regular and no symbolic link, of root or of this
// user, readable by all and writable by its owner alone (docs/snapshot-format.md, "Reader's
// duties"). Errors are kMalformed.
Status CheckTrusted(const std::string& path);

// Whether InstallSnapshot has done all it does for this snapshot, and nobody has spoilt it since:
// snapshot, marker and generation file are to be trusted, and the latter two belong to the
// snapshot. Fails after a death between renaming and telling. Errors are kMalformed.
Status CheckInstalled(const StatePaths& paths, const Snapshot& snapshot);

// Writes `snapshot` beside the one in force, reads it back and checks the body's hash, and only
// then renames it into place (mode 0644). After that come the provisioned marker, if the snapshot
// has filters, and the generation word. Call under the lock. On failure before the rename the old
// snapshot stays in force.
Status InstallSnapshot(const StatePaths& paths, Bytes snapshot);

}  // namespace crlite
