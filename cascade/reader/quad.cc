#include "cascade/reader/quad.h"

#include "cascade/reader/cpu.h"

namespace crlite {

using namespace snapshot_format;

namespace {

// GCC's and clang's portable vectors: SSE2 or NEON at 16 bytes, whatever the processor is.
template <size_t kWidth>
struct Vector {
  using Bytes8 [[gnu::vector_size(kWidth)]] = uint8_t;
  using Words64 [[gnu::vector_size(kWidth)]] = uint64_t;
};
using Bytes16 = Vector<16>::Bytes8;

// Byte i of `bytes`, four times over, at 4 i.
void Quadruple(const uint8_t* bytes, uint8_t* out) {
  Bytes16 all;
  memcpy(&all, bytes, sizeof all);
  const Bytes16 low =
      __builtin_shufflevector(all, all, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  const Bytes16 high =
      __builtin_shufflevector(all, all, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15);
  using Pairs [[gnu::vector_size(16)]] = uint16_t;
  const Pairs halves[2] = {reinterpret_cast<const Pairs&>(low),
                           reinterpret_cast<const Pairs&>(high)};
  for (const Pairs& half : halves) {
    const Pairs first = __builtin_shufflevector(half, half, 0, 0, 1, 1, 2, 2, 3, 3);
    const Pairs second = __builtin_shufflevector(half, half, 4, 4, 5, 5, 6, 6, 7, 7);
    memcpy(out, &first, 16);
    memcpy(out + 16, &second, 16);
    out += 32;
  }
}

// Column j's bits of window and key, multiplied and added up until eight are left: byte j of the
// result.
template <size_t kWidth>
[[gnu::always_inline]] inline uint32_t Product(const uint8_t* window, const uint8_t* key) {
  using Words = typename Vector<kWidth>::Words64;
  Words sum = {};
  for (size_t i = 0; i < 128; i += kWidth) {
    Words window_part, key_part;
    memcpy(&window_part, window + i, kWidth);
    memcpy(&key_part, key + i, kWidth);
    sum ^= window_part & key_part;
  }
  uint64_t folded = 0;
  for (size_t i = 0; i < kWidth / 8; ++i) folded ^= sum[i];
  uint32_t last_window, last_key;
  memcpy(&last_window, window + 128, 4);
  memcpy(&last_key, key + 128, 4);
  return static_cast<uint32_t>(folded) ^ static_cast<uint32_t>(folded >> 32) ^
         (last_window & last_key);
}

template <size_t kWidth>
[[gnu::always_inline]] inline bool Test(Bytes blob, Bytes rows, uint64_t position,
                                        const QuadKeys& keys, uint16_t* survivors,
                                        size_t* num_survivors) {
  const size_t count = rows.size() / kRowSize;
  *num_survivors = 0;
  if (count == 0) return true;
  if (count > kMaxFilters || blob.size() < kQuadLoad) return false;
  const uint64_t last_place = blob.size() - kQuadLoad;
  uint32_t products[kMaxFilters];
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* row = rows.data() + i * kRowSize;
    const uint64_t start = Remainder(position, LoadLe32(row + 8), LoadLe64(row));
    const uint64_t at = LoadLe32(row + 12) + kQuadColumns * (start / 8);
    if (at > last_place) return false;
    products[i] = Product<kWidth>(blob.data() + at, keys.rows[start % 8]);
  }
  // The sum of the bits of each byte: a block passes when all four are even. Survivors are noted
  // without a branch, which nothing could predict.
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i) {
    uint32_t product = products[i];
    product ^= product >> 4;
    product ^= product >> 2;
    product ^= product >> 1;
    survivors[kept] = static_cast<uint16_t>(i);
    kept += (product & 0x01010101) == 0 ? 1 : 0;
  }
  *num_survivors = kept;
  return true;
}

}  // namespace

QuadKeys::QuadKeys(const EquationKey& key) {
  ShiftedKey shifted(key, 0);
  for (uint8_t* row : rows) {
    uint8_t bytes[40];
    for (size_t j = 0; j < 5; ++j) {
      for (size_t i = 0; i < 8; ++i)
        bytes[8 * j + i] = static_cast<uint8_t>(shifted.words[j] >> (8 * i));
    }
    Quadruple(bytes, row);
    Quadruple(bytes + 16, row + 64);
    memset(row + 128, bytes[32], 4);
    for (size_t j = 4; j > 0; --j)
      shifted.words[j] = shifted.words[j] << 1 | shifted.words[j - 1] >> 63;
    shifted.words[0] <<= 1;
  }
}

namespace quad_internal {

bool TestPortable(Bytes blob, Bytes rows, uint64_t position, const QuadKeys& keys,
                  uint16_t* survivors, size_t* num_survivors) {
  return Test<16>(blob, rows, position, keys, survivors, num_survivors);
}

#if defined(__x86_64__)

[[gnu::target("avx2")]] bool TestAvx2(Bytes blob, Bytes rows, uint64_t position,
                                      const QuadKeys& keys, uint16_t* survivors,
                                      size_t* num_survivors) {
  return Test<32>(blob, rows, position, keys, survivors, num_survivors);
}

#else

bool TestAvx2(Bytes blob, Bytes rows, uint64_t position, const QuadKeys& keys, uint16_t* survivors,
              size_t* num_survivors) {
  return TestPortable(blob, rows, position, keys, survivors, num_survivors);
}

#endif

}  // namespace quad_internal

bool TestQuads(Bytes blob, Bytes rows, uint64_t position, const QuadKeys& keys, uint16_t* survivors,
               size_t* num_survivors) {
  const bool has_avx2 = (CpuFeatures() & kCpuAvx2) != 0;
  return (has_avx2 ? quad_internal::TestAvx2 : quad_internal::TestPortable)(
      blob, rows, position, keys, survivors, num_survivors);
}

}  // namespace crlite
