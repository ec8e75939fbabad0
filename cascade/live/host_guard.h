// What a host's thread must not notice of us.
//
// Freestanding.
#pragma once

#include <errno.h>
#include <pthread.h>

namespace crlite {

// For as long as it lives, errno is kept, and a request to cancel the thread waits: our system
// calls are cancellation points, and a thread that ended inside would keep our locks for good.
class HostGuard {
 public:
  HostGuard() : errno_(errno) { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state_); }
  HostGuard(const HostGuard&) = delete;
  HostGuard& operator=(const HostGuard&) = delete;
  ~HostGuard() {
    int ignored;
    pthread_setcancelstate(cancel_state_, &ignored);
    errno = errno_;
  }

 private:
  int errno_;
  int cancel_state_ = PTHREAD_CANCEL_ENABLE;
};

}  // namespace crlite
