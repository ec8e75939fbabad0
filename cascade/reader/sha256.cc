#include "cascade/reader/sha256.h"

#include "cascade/reader/cpu.h"
#include "cascade/reader/sha256_parts.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace crlite {

using namespace sha256_internal;

namespace {

inline uint32_t Rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }

inline void Compress(uint32_t state[8], const uint8_t* blocks, size_t num_blocks) {
  const bool has_sha_ni = (CpuFeatures() & kCpuShaNi) != 0;
  (has_sha_ni ? sha256_internal::CompressNi : sha256_internal::CompressPortable)(state, blocks,
                                                                                 num_blocks);
}

}  // namespace

namespace sha256_internal {

void CompressPortable(uint32_t state[8], const uint8_t* blocks, size_t num_blocks) {
  for (; num_blocks > 0; --num_blocks, blocks += 64) {
    uint32_t w[64];
    for (int t = 0; t < 16; ++t) w[t] = LoadBe32(blocks + 4 * t);
    for (int t = 16; t < 64; ++t) {
      uint32_t s0 = Rotr(w[t - 15], 7) ^ Rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
      uint32_t s1 = Rotr(w[t - 2], 17) ^ Rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; ++t) {
      uint32_t t1 =
          h + (Rotr(e, 6) ^ Rotr(e, 11) ^ Rotr(e, 25)) + ((e & f) ^ (~e & g)) + kRound[t] + w[t];
      uint32_t t2 = (Rotr(a, 2) ^ Rotr(a, 13) ^ Rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1;
      d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

#if defined(__x86_64__)

// Two rounds per sha256rnds2; the state travels as (a b e f) and (c d g h), as the instruction
// wants it.
__attribute__((target("sha,sse4.1,ssse3"))) void CompressNi(uint32_t state[8],
                                                            const uint8_t* blocks,
                                                            size_t num_blocks) {
  const __m128i byte_swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state));
  __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state + 4));
  __m128i cdab = _mm_shuffle_epi32(abcd, 0xb1);
  __m128i hgfe = _mm_shuffle_epi32(efgh, 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, hgfe, 8);
  __m128i cdgh = _mm_blend_epi16(hgfe, cdab, 0xf0);

  for (; num_blocks > 0; --num_blocks, blocks += 64) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; ++i) {
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks) + i),
                              byte_swap);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      __m128i message = w[i % 4];
      __m128i sum =
          _mm_add_epi32(message, _mm_load_si128(reinterpret_cast<const __m128i*>(kRound + 4 * i)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
      if (i < 12) {
        // w[i] becomes the four words that are used 16 rounds later.
        __m128i next = _mm_sha256msg1_epu32(message, w[(i + 1) % 4]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(w[(i + 3) % 4], w[(i + 2) % 4], 4));
        w[i % 4] = _mm_sha256msg2_epu32(next, w[(i + 3) % 4]);
      }
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#else

void CompressNi(uint32_t state[8], const uint8_t* blocks, size_t num_blocks) {
  CompressPortable(state, blocks, num_blocks);
}

#endif

}  // namespace sha256_internal

Sha256::Sha256() { memcpy(state_, kInitial, sizeof state_); }

void Sha256::Update(Bytes data) {
  if (data.empty()) return;
  size_t waiting = static_cast<size_t>(length_ % 64);
  length_ += data.size();
  if (waiting != 0) {
    size_t take = data.size() < 64 - waiting ? data.size() : 64 - waiting;
    memcpy(block_ + waiting, data.data(), take);
    data = data.subspan(take);
    if (waiting + take < 64) return;
    Compress(state_, block_, 1);
  }
  if (data.size() >= 64) Compress(state_, data.data(), data.size() / 64);
  size_t rest = data.size() % 64;
  if (rest != 0) memcpy(block_, data.data() + (data.size() - rest), rest);
}

Sha256Digest Sha256::Final() {
  size_t waiting = static_cast<size_t>(length_ % 64);
  block_[waiting++] = 0x80;
  if (waiting > 56) {
    memset(block_ + waiting, 0, 64 - waiting);
    Compress(state_, block_, 1);
    waiting = 0;
  }
  memset(block_ + waiting, 0, 56 - waiting);
  StoreLe64(block_ + 56, __builtin_bswap64(length_ * 8));
  Compress(state_, block_, 1);
  return DigestOf(state_);
}

Sha256Digest Sha256::Hash(Bytes data) { return Hash(data, {}); }

Sha256Digest Sha256::Hash(Bytes first, Bytes second) {
  Sha256 sha;
  sha.Update(first);
  sha.Update(second);
  return sha.Final();
}

}  // namespace crlite
