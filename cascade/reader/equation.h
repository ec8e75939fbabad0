// From a query to the linear equation that a clubcard evaluates (docs/formats.md, "Equation").
//
// Freestanding.
#pragma once

#include "cascade/reader/query.h"
#include "cascade/reader/sha256.h"

namespace crlite {

// The key of (issuer, serial): coefficient bits and the value from which the position comes.
struct EquationKey {
  uint64_t a[4];      // coefficients; bit 0 of a[0] is set
  uint64_t position;  // a[3] before any change: s(m) = position mod max(1, m)

  uint64_t Position(uint32_t m) const { return m <= 1 ? 0 : position % m; }
};

inline EquationKey MakeEquationKey(const uint8_t digest[kHashSize]) {
  EquationKey key;
  for (int j = 0; j < 4; ++j) key.a[j] = LoadLe64(digest + 8 * j);
  key.position = key.a[3];
  key.a[0] |= 1;
  return key;
}

inline EquationKey MakeEquationKey(const IssuerSpkiHash& issuer, Bytes serial) {
  return MakeEquationKey(Sha256::Hash(Bytes(issuer.bytes), serial).bytes);
}

}  // namespace crlite
