// What a process maps from the state directory, and what it makes of what it finds there
// (docs/snapshot-format.md, "State directory").
//
// Freestanding. The only system calls are open, fstat, faccessat, mmap, munmap and close; no
// descriptor is kept. Files are trusted only when root or the effective user owns them and nobody
// else can write to them.
#pragma once

#include <limits.h>

#include "cascade/reader/policy.h"
#include "cascade/reader/snapshot.h"

namespace crlite {

// A file mapped read-only, or nothing. Plain data: whoever holds it unmaps it.
struct Mapping {
  const uint8_t* base = nullptr;
  size_t size = 0;

  explicit operator bool() const { return base != nullptr; }
  Bytes bytes() const { return {base, size}; }
};

// Why a file cannot be used: null when it can, kFileIsAbsent, or one phrase.
using FileTrouble = const char*;
extern const char kFileIsAbsent[];

// Maps a whole regular file. On failure *out is empty.
FileTrouble MapTrustedFile(const char* path, Mapping* out);
void Unmap(Mapping* mapping);

// Where the snapshot is, and with it the files beside it. One path alone is kept, since each
// process pays for the memory.
class SnapshotPaths {
 public:
  // False when `snapshot` is no absolute path of a file, or too long.
  [[nodiscard]] bool Set(const char* snapshot);

  const char* snapshot() const { return snapshot_; }
  // MapTrustedFile for the file of this name in the snapshot's directory.
  FileTrouble MapBeside(const char* name, Mapping* out) const;

 private:
  size_t directory_size_ = 0;  // of the path up to and including the last slash
  char snapshot_[PATH_MAX] = {};
};

// The data in force. With a mapping, `snapshot` looks into it.
struct StateData {
  Mapping mapping;
  Snapshot snapshot;
  DataState state = DataState::kNeverProvisioned;  // kFresh: there is data, of whatever age
  Policy policy;
  const char* trouble = nullptr;  // why the snapshot cannot be used, kFileIsAbsent, or null
};

// Opens the snapshot. Never fails: what is missing or wrong is a state too.
void LoadState(const SnapshotPaths& paths, StateData* out);

// Maps the generation file, whose word is at kGenerationWordAt; nothing when there is none that can
// be used.
Mapping MapGenerationFile(const SnapshotPaths& paths);

}  // namespace crlite
