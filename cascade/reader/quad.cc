#include "cascade/reader/quad.h"

#include "cascade/reader/cpu.h"

namespace crlite {

using namespace snapshot_format;

namespace {

uint64_t LittleEndian(uint64_t v) {
  return std::endian::native == std::endian::big ? __builtin_bswap64(v) : v;
}

// Byte i of the two words, the lowest first, four times over, at 4 i.
[[gnu::always_inline]] inline void Quadruple(uint64_t low, uint64_t high, uint8_t* out) {
  using Words [[gnu::vector_size(16)]] = uint64_t;
  using Bytes16 [[gnu::vector_size(16)]] = uint8_t;
  using Pairs [[gnu::vector_size(16)]] = uint16_t;
  const auto words = Words{LittleEndian(low), LittleEndian(high)};
  const auto all = reinterpret_cast<Bytes16>(words);
  const auto twice_low = reinterpret_cast<Pairs>(
      __builtin_shufflevector(all, all, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7));
  const auto twice_high = reinterpret_cast<Pairs>(__builtin_shufflevector(
      all, all, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15));
  const Pairs quarters[4] = {
      __builtin_shufflevector(twice_low, twice_low, 0, 0, 1, 1, 2, 2, 3, 3),
      __builtin_shufflevector(twice_low, twice_low, 4, 4, 5, 5, 6, 6, 7, 7),
      __builtin_shufflevector(twice_high, twice_high, 0, 0, 1, 1, 2, 2, 3, 3),
      __builtin_shufflevector(twice_high, twice_high, 4, 4, 5, 5, 6, 6, 7, 7)};
  memcpy(out, quarters, sizeof quarters);
}

// kWidth bytes at once: GCC and clang turn 16 into SSE2 or NEON, whatever the processor.
template <size_t kWidth>
struct Vector {
  using Words [[gnu::vector_size(kWidth)]] = uint64_t;
};

// Column j's bits of window and key, multiplied and added up until eight are left: byte j of the
// result.
template <size_t kWidth>
[[gnu::always_inline]] inline uint32_t Product(const uint8_t* window, const uint8_t* key) {
  using Words = typename Vector<kWidth>::Words;
  Words sum = {};
#pragma GCC unroll 8
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

// Makes 0 of each of four products whose bytes all have an even number of bits.
[[gnu::always_inline]] inline void KeepParities(uint32_t* products) {
  using Words [[gnu::vector_size(16)]] = uint32_t;
  Words all;
  memcpy(&all, products, sizeof all);
  all ^= all >> 4;
  all ^= all >> 2;
  all ^= all >> 1;
  all &= 0x01010101;
  memcpy(products, &all, sizeof all);
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
  // Four more, as they are then worked on four at a time.
  uint32_t products[kMaxFilters + 4];
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* row = rows.data() + i * kRowSize;
    const uint64_t start = Remainder(position, LoadLe32(row + 8), LoadLe64(row));
    const uint64_t at = LoadLe32(row + 12) + kQuadColumns * (start / 8);
    if (at > last_place) return false;
    products[i] = Product<kWidth>(blob.data() + at, keys.rows[start % 8]);
  }
  memset(products + count, 0, 4 * sizeof products[0]);
  for (size_t i = 0; i < count; i += 4) KeepParities(products + i);
  // Survivors are noted without a branch, which nothing could predict.
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i) {
    survivors[kept] = static_cast<uint16_t>(i);
    kept += products[i] == 0 ? 1 : 0;
  }
  *num_survivors = kept;
  return true;
}

}  // namespace

QuadKeys::QuadKeys(const EquationKey& key) {
#pragma GCC unroll 8
  for (unsigned shift = 0; shift < 8; ++shift) {
    const ShiftedKey shifted(key, shift);
    Quadruple(shifted.words[0], shifted.words[1], rows[shift]);
    Quadruple(shifted.words[2], shifted.words[3], rows[shift] + 64);
    memset(rows[shift] + 128, static_cast<uint8_t>(shifted.words[4]), 4);
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
