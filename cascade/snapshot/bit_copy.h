// Bits of a clubcard's column, moved to where the snapshot wants them.
#pragma once

#include <span>

#include "cascade/filter/clubcard.h"

namespace crlite {

// Fills `out` with the bits of `column` from bit `offset` on; 0 behind its end.
void CopyBits(const BitColumn& column, uint64_t offset, std::span<uint8_t> out);

// Bytes of `column` from bit `offset` on that are not behind its end.
uint64_t AvailableBytes(const BitColumn& column, uint64_t offset);

}  // namespace crlite
