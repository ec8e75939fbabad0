// The libcrypto of the test program, bound as the module binds the one that loads it.
#pragma once

#include <cstdlib>

#include "provider/binding.h"

namespace crlite::hook {

// Ends the program if it cannot be bound. Thread-safe.
inline const Libcrypto& BoundLibcrypto() {
  static const Libcrypto bound = [] {
    Libcrypto api;
    const void* object = nullptr;
    if (!BindLibcrypto(reinterpret_cast<void*>(&X509_new), &api, &object)) abort();
    return api;
  }();
  return bound;
}

}  // namespace crlite::hook
