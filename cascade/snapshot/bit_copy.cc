#include "cascade/snapshot/bit_copy.h"

#include <algorithm>

#include "cascade/snapshot/little_endian.h"

namespace crlite {

void CopyBits(const BitColumn& column, uint64_t offset, std::span<uint8_t> out) {
  const uint64_t shift = offset % 64;
  uint64_t word = offset / 64;
  const auto bits_at = [&](uint64_t i) {
    uint64_t bits = i < column.size() ? column[i] >> shift : 0;
    if (shift != 0 && i + 1 < column.size()) bits |= column[i + 1] << (64 - shift);
    return bits;
  };
  for (; out.size() >= 8; out = out.subspan(8)) StoreLe(out.data(), bits_at(word++));
  uint8_t last[8];
  StoreLe(last, bits_at(word));
  std::copy_n(last, out.size(), out.data());
}

uint64_t AvailableBytes(const BitColumn& column, uint64_t offset) {
  const uint64_t bits = 64 * uint64_t{column.size()};
  return offset >= bits ? 0 : (bits - offset + 7) / 8;
}

}  // namespace crlite
