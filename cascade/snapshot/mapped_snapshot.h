// A snapshot file mapped by a program that has a C++ runtime (the tools; the module has its own,
// cascade/live/store.cc).
#pragma once

#include <memory>
#include <string>

#include "cascade/base/result.h"
#include "cascade/reader/snapshot.h"

namespace crlite {

// Owns the mapping; snapshot() borrows from it. Movable.
class MappedSnapshot {
 public:
  // Maps `path` read-only and opens it. Errors name the path and what is wrong with the file.
  static Result<MappedSnapshot> Open(const std::string& path);
  MappedSnapshot(MappedSnapshot&&) noexcept;
  MappedSnapshot& operator=(MappedSnapshot&&) noexcept;
  ~MappedSnapshot();

  const Snapshot& snapshot() const { return snapshot_; }

 private:
  struct Impl;
  MappedSnapshot();
  std::unique_ptr<Impl> impl_;
  Snapshot snapshot_;
};

}  // namespace crlite
