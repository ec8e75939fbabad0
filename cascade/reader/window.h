// A window: the 256 bits of a column that an equation's coefficients are multiplied with.
//
// Freestanding. Windows begin at any bit, so the coefficients are shifted to meet the bytes instead
// of the bytes to meet the coefficients (docs/snapshot-format.md, "Data").
#pragma once

#include "cascade/reader/equation.h"
#include "cascade/reader/snapshot_format.h"

namespace crlite {

// The coefficients for a window that begins at bit 0 to 7 of its first byte.
struct ShiftedKey {
  uint64_t words[5];

  ShiftedKey(const EquationKey& key, unsigned shift) {
    words[0] = key.a[0] << shift;
    // Two steps, as a shift by 64 is undefined.
    for (size_t j = 1; j < 4; ++j) words[j] = key.a[j] << shift | key.a[j - 1] >> 1 >> (63 - shift);
    words[4] = key.a[3] >> 1 >> (63 - shift);
  }
};

// Whether the inner product of window and key is 0. Reads snapshot_format::kWindowLoad bytes.
inline bool ProductIsZero(const uint8_t* window, const ShiftedKey& key) {
  uint64_t sum = 0;
  for (size_t j = 0; j < 5; ++j) sum ^= LoadLe64(window + 8 * j) & key.words[j];
  return !__builtin_parityll(sum);
}

// position mod m, by snapshot_format::Reciprocal(m). With another reciprocal the result is wrong,
// and may be any number.
inline uint64_t Remainder(uint64_t position, uint32_t m, uint64_t reciprocal) {
  const uint64_t quotient =
      static_cast<uint64_t>((static_cast<unsigned __int128>(position) * reciprocal) >> 64);
  const uint64_t rest = position - quotient * m;
  return rest >= m ? rest - m : rest;
}

}  // namespace crlite
