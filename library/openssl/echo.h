// How an ex_data slot of ours is told from an application's of the same number.
//
// Freestanding.
#pragma once

#include <cstdint>

namespace crlite {

// What the second slot holds when `value` in the first one is ours: its complement, which is no
// pointer that an application would have there. Null for null.
inline void* EchoOf(const void* value) {
  if (value == nullptr) return nullptr;
  // Never followed: NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(~reinterpret_cast<uintptr_t>(value));
}

}  // namespace crlite
