#include "cascade/reader/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace crlite {
namespace {

#if defined(__x86_64__)

// Bits 1 and 2 of XCR0: the operating system saves SSE and AVX registers.
bool SystemKeepsAvxRegisters() {
  uint32_t low, high;
  asm("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & 6) == 6;
}

uint32_t AskProcessor() {
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return 0;
  const bool has_sse = (ecx & bit_SSSE3) != 0 && (ecx & bit_SSE4_1) != 0;
  const bool has_avx = (ecx & bit_OSXSAVE) != 0 && SystemKeepsAvxRegisters();
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return 0;
  uint32_t features = 0;
  if (has_sse && (ebx & bit_SHA) != 0) features |= kCpuShaNi;
  if (has_avx && (ebx & bit_AVX2) != 0) features |= kCpuAvx2;
  return features;
}

#else

uint32_t AskProcessor() { return 0; }

#endif

}  // namespace

namespace cpu_internal {

constinit uint32_t found = 0;

uint32_t Find() {
  Override(AskProcessor());
  return __atomic_load_n(&found, __ATOMIC_RELAXED);
}

}  // namespace cpu_internal
}  // namespace crlite
