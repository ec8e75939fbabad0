// Two messages hashed side by side, for whoever hashes millions. No part of the module.

#include "cascade/reader/cpu.h"
#include "cascade/reader/sha256_parts.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace crlite {

using namespace sha256_internal;

namespace {

constexpr size_t kMaxOneBlock = 55;  // bytes; padding takes the other 9

}  // namespace

namespace sha256_internal {

#if defined(__x86_64__)

// The instructions of one message wait for each other; those of two fill the gaps.
__attribute__((target("sha,sse4.1,ssse3"))) void CompressPairNi(uint32_t states[2][8],
                                                                const uint8_t blocks[2][64]) {
  const __m128i byte_swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i abef[2], cdgh[2], w[2][4];
  for (int lane = 0; lane < 2; ++lane) {
    const __m128i* const state = reinterpret_cast<const __m128i*>(states[lane]);
    const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(state), 0xb1);
    const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(state + 1), 0x1b);
    abef[lane] = _mm_alignr_epi8(cdab, hgfe, 8);
    cdgh[lane] = _mm_blend_epi16(hgfe, cdab, 0xf0);
    const __m128i* const block = reinterpret_cast<const __m128i*>(blocks[lane]);
    for (int i = 0; i < 4; ++i) {
      w[lane][i] = _mm_shuffle_epi8(_mm_loadu_si128(block + i), byte_swap);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    const __m128i round = _mm_load_si128(reinterpret_cast<const __m128i*>(kRound + 4 * i));
#pragma GCC unroll 2
    for (int lane = 0; lane < 2; ++lane) {
      __m128i* const words = w[lane];
      const __m128i message = words[i % 4];
      const __m128i sum = _mm_add_epi32(message, round);
      cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], sum);
      abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(sum, 0x0e));
      if (i < 12) {
        __m128i next = _mm_sha256msg1_epu32(message, words[(i + 1) % 4]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(words[(i + 3) % 4], words[(i + 2) % 4], 4));
        words[i % 4] = _mm_sha256msg2_epu32(next, words[(i + 3) % 4]);
      }
    }
  }
  for (int lane = 0; lane < 2; ++lane) {
    const __m128i feba = _mm_shuffle_epi32(abef[lane], 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(cdgh[lane], 0xb1);
    __m128i* const state = reinterpret_cast<__m128i*>(states[lane]);
    const __m128i abcd = _mm_blend_epi16(feba, dchg, 0xf0);
    const __m128i efgh = _mm_alignr_epi8(dchg, feba, 8);
    _mm_storeu_si128(state, _mm_add_epi32(_mm_loadu_si128(state), abcd));
    _mm_storeu_si128(state + 1, _mm_add_epi32(_mm_loadu_si128(state + 1), efgh));
  }
}

#else

void CompressPairNi(uint32_t states[2][8], const uint8_t blocks[2][64]) {
  for (int lane = 0; lane < 2; ++lane) CompressPortable(states[lane], blocks[lane], 1);
}

#endif

}  // namespace sha256_internal

void Sha256::HashPair(Bytes prefix, Bytes first, Bytes second, Sha256Digest digests[2]) {
  const Bytes messages[2] = {first, second};
  const size_t longest = first.size() > second.size() ? first.size() : second.size();
  const bool has_sha_ni = (CpuFeatures() & kCpuShaNi) != 0;
  if (!has_sha_ni || prefix.size() > kMaxOneBlock || longest > kMaxOneBlock - prefix.size()) {
    for (int lane = 0; lane < 2; ++lane) digests[lane] = Hash(prefix, messages[lane]);
    return;
  }
  uint8_t blocks[2][64] = {};
  uint32_t states[2][8];
  for (int lane = 0; lane < 2; ++lane) {
    const Bytes message = messages[lane];
    const size_t size = prefix.size() + message.size();
    if (!prefix.empty()) memcpy(blocks[lane], prefix.data(), prefix.size());
    if (!message.empty()) memcpy(blocks[lane] + prefix.size(), message.data(), message.size());
    blocks[lane][size] = 0x80;
    StoreLe64(blocks[lane] + 56, __builtin_bswap64(8 * size));
    memcpy(states[lane], kInitial, sizeof kInitial);
  }
  sha256_internal::CompressPairNi(states, blocks);
  for (int lane = 0; lane < 2; ++lane) digests[lane] = DigestOf(states[lane]);
}

}  // namespace crlite
