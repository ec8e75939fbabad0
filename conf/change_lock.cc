#include "conf/change_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crlite {

int ChangeLock::Acquire(const std::string& path, Wait wait, std::unique_ptr<ChangeLock>* out) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
  const std::string name = path + ".crlite-lock";
  for (;;) {
    std::unique_ptr<ChangeLock> lock(new ChangeLock(name, open(name.c_str(), kFlags, 0600)));
    if (lock->fd_.get() < 0) return errno;
    while (flock(lock->fd_.get(), LOCK_EX | (wait == Wait::kNo ? LOCK_NB : 0)) != 0) {
      if (errno != EINTR) return errno;
    }
    if (!lock->IsStillThere()) continue;
    lock->is_held_ = true;
    *out = std::move(lock);
    return 0;
  }
}

ChangeLock::~ChangeLock() {
  if (is_held_) unlink(name_.c_str());
}

bool ChangeLock::IsStillThere() const {
  struct stat opened, named;
  return fstat(fd_.get(), &opened) == 0 && lstat(name_.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace crlite
