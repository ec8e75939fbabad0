// What a program's thread must not notice of us.
//
// Freestanding.
#pragma once

#include <openssl/err.h>

#include "cascade/live/host_guard.h"

namespace crlite {

// For as long as it lives, errno and this thread's queue of OpenSSL errors are kept as they are.
class Quiet {
 public:
  Quiet() { ERR_set_mark(); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() { ERR_pop_to_mark(); }

 private:
  HostGuard guard_;
};

}  // namespace crlite
