// The right to change a file that everybody may read.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "cascade/base/file.h"

namespace crlite {

// One changer at a time, as long as the object lives. The lock is a file of its own beside `path`,
// mode 0600: the file itself, and its directory, can be locked by whoever may read them, and so
// would let any user hold up the administrator.
class ChangeLock {
 public:
  enum class Wait { kNo, kYes };

  // 0, or errno: EWOULDBLOCK for kNo when somebody else has it.
  [[nodiscard]] static int Acquire(const std::string& path, Wait wait,
                                   std::unique_ptr<ChangeLock>* out);
  ~ChangeLock();
  ChangeLock(const ChangeLock&) = delete;
  ChangeLock& operator=(const ChangeLock&) = delete;

 private:
  ChangeLock(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}
  // Whether the name still leads to this file: whoever had the lock before has removed it.
  bool IsStillThere() const;

  const std::string name_;
  const Descriptor fd_;
  bool is_held_ = false;
};

}  // namespace crlite
