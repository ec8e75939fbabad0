// The first four columns of many blocks, tested all at once (docs/snapshot-format.md, "Quads").
//
// Freestanding. A certificate that is not revoked must be excluded by every filter; fifteen of
// sixteen blocks exclude it here. Internal to IssuerBlob; on its own so that its two forms can be
// compared.
#pragma once

#include "cascade/reader/window.h"

namespace crlite {

// An equation's coefficients as quads need them: for each of the eight places where a window can
// begin in its first byte, every byte four times over.
struct QuadKeys {
  // Bytes of a row in use; the rest keeps rows aligned.
  static constexpr size_t kUsed = snapshot_format::kQuadLoad;
  alignas(32) uint8_t rows[8][160];

  explicit QuadKeys(const EquationKey& key);
};

// Tests the blocks whose rows (snapshot_format::kRowSize bytes each) are `rows`, at most
// kMaxFilters of them, at `position` (EquationKey). Writes the numbers of those that pass,
// ascending, to `survivors`, which has room for all, and their count to *num_survivors. False when
// a row names a place outside the blob.
[[nodiscard]] bool TestQuads(Bytes blob, Bytes rows, uint64_t position, const QuadKeys& keys,
                             uint16_t* survivors, size_t* num_survivors);

namespace quad_internal {
// Its two forms. TestAvx2 needs kCpuAvx2.
bool TestPortable(Bytes blob, Bytes rows, uint64_t position, const QuadKeys& keys,
                  uint16_t* survivors, size_t* num_survivors);
bool TestAvx2(Bytes blob, Bytes rows, uint64_t position, const QuadKeys& keys, uint16_t* survivors,
              size_t* num_survivors);
}  // namespace quad_internal

}  // namespace crlite
