#include "cascade/reader/sha256.h"

#include "cascade/reader/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace crlite {
namespace {

// First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4,
// section 4.2.2).
alignas(16) constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// First 32 bits of the fractional parts of the square roots of the first 8 primes (section 5.3.3).
constexpr uint32_t kInitial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

constexpr size_t kMaxOneBlock = 55;  // bytes; padding takes the other 9

inline uint32_t Rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }

inline void Compress(uint32_t state[8], const uint8_t* blocks, size_t num_blocks) {
  const bool has_sha_ni = (CpuFeatures() & kCpuShaNi) != 0;
  (has_sha_ni ? sha256_internal::CompressNi : sha256_internal::CompressPortable)(state, blocks,
                                                                                 num_blocks);
}

Sha256Digest DigestOf(const uint32_t state[8]) {
  // Two words at a time: who reads the digest in larger pieces than it was written waits for the
  // cache.
  Sha256Digest digest;
  for (int i = 0; i < 8; i += 2) {
    const uint64_t low = __builtin_bswap32(state[i]), high = __builtin_bswap32(state[i + 1]);
    StoreLe64(digest.bytes + 4 * i, high << 32 | low);
  }
  return digest;
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
