// The state directory: its names, who may change it, and which of its files readers believe.
//
// docs/snapshot-format.md, "State directory".
#pragma once

#include <string>
#include <string_view>

#include "cascade/base/result.h"

namespace crlite {

inline constexpr char kDefaultStateDir[] = "/var/lib/crlite";

// The names inside a state directory.
struct StatePaths {
  explicit StatePaths(const std::string& directory);
  std::string directory, snapshot, generation, provisioned, filters, incoming, floors, lock;
};

// Exclusive right to change a directory, released by the destructor or the process's end.
class StateLock {
 public:
  // Does not wait: another holder is an error that names the lock file and its holder's pid.
  static Result<StateLock> Acquire(const StatePaths& paths);
  // The same for another directory: the lock file at `path`.
  static Result<StateLock> Acquire(const std::string& path);
  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&& other) noexcept;
  ~StateLock();

 private:
  explicit StateLock(int fd) : fd_(fd) {}

  int fd_;  // closing it releases the lock; -1: moved from
};

// Whether every process would believe this file: regular and no symbolic link, of root or of this
// user, readable by all and writable by its owner alone (docs/snapshot-format.md, "Reader's
// duties"). Errors are kMalformed.
Status CheckTrusted(const std::string& path);

// "<path>: <what>; run crlite-sync publish to mend it".
Error UntrustedError(const std::string& path, std::string_view what);

}  // namespace crlite
