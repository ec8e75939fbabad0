// What the processor can do, asked once for each process: shipped code is for the oldest processors
// of its kind, and the few hot functions come in a second, faster form.
//
// Freestanding. Thread-safe.
#pragma once

#include <cstdint>

namespace crlite {

enum CpuFeature : uint32_t {
  kCpuShaNi = 1,  // SHA-256 instructions, with SSSE3 and SSE4.1
  kCpuAvx2 = 2,   // and the operating system keeps its registers
};

namespace cpu_internal {
// The features found, with the top bit set; 0: not asked yet.
extern uint32_t found;
uint32_t Find();
// For tests and measurements: from now on this process has no features but these.
inline void Override(uint32_t features) {
  __atomic_store_n(&found, features | 1u << 31, __ATOMIC_RELAXED);
}
}  // namespace cpu_internal

// Every CpuFeature of this processor. A race at the first call only asks the processor twice.
inline uint32_t CpuFeatures() {
  const uint32_t found = __atomic_load_n(&cpu_internal::found, __ATOMIC_RELAXED);
  return found != 0 ? found : cpu_internal::Find();
}

}  // namespace crlite
