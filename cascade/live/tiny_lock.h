// A lock for what happens once in a blue moon: initialisation and reload.
//
// Freestanding. Not a pthread mutex, because a forked child must be able to release what a thread
// of its parent held.
#pragma once

#include <sched.h>

#include <atomic>

namespace crlite {

class TinyLock {
 public:
  [[nodiscard]] bool TryLock() { return !held_.exchange(true, std::memory_order_seq_cst); }
  void Lock() {
    while (!TryLock()) sched_yield();
  }
  // Sequentially consistent, so that who looks for further work after unlocking sees what was asked
  // of him while he held the lock.
  void Unlock() { held_.store(false, std::memory_order_seq_cst); }

 private:
  std::atomic<bool> held_{false};
};

}  // namespace crlite
