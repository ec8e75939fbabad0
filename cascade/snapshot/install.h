// How a snapshot gets into the state directory.
//
// docs/snapshot-format.md, "Writer's invariants".
#pragma once

#include <functional>

#include "cascade/base/result.h"
#include "cascade/reader/snapshot.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/state_directory.h"

namespace crlite {

// One more than the generation of the snapshot in force and than the word that readers compare, so
// that installing changes the word. Call under the lock.
uint64_t NextGeneration(const StatePaths& paths);

// Whether InstallSnapshot has done all it does for this snapshot, and nobody has spoilt it since:
// snapshot, marker and generation file are to be trusted, and the latter two belong to the
// snapshot. Fails after a death between renaming and telling. Errors are kMalformed.
Status CheckInstalled(const StatePaths& paths, const Snapshot& snapshot);

// Writes a snapshot beside the one in force, reads it back, opens it with the reader's own code and
// checks the body's hash, and only then renames it into place (mode 0644). After that come the
// provisioned marker, if the snapshot has filters, and the generation word. Call under the lock. On
// failure before the rename the old snapshot stays in force.
Status InstallSnapshot(const StatePaths& paths, const SnapshotPlan& plan);
// One that is in memory.
Status InstallSnapshot(const StatePaths& paths, Bytes snapshot);
// One of `size` bytes that `write` gives to a sink.
Status InstallSnapshot(const StatePaths& paths, uint64_t size,
                       const std::function<Status(const SnapshotSink&)>& write);

}  // namespace crlite
