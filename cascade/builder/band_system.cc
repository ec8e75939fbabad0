#include "cascade/builder/band_system.h"

#include <bit>

namespace crlite {
namespace {

// Shifts `a` right until bit 0 is set and adds the distance to *position. `a` is not zero. Whole
// zero limbs count 64 each.
void Normalise(uint64_t a[4], uint64_t* position) {
  while (a[0] == 0) {
    a[0] = a[1];
    a[1] = a[2];
    a[2] = a[3];
    a[3] = 0;
    *position += 64;
  }
  const int shift = std::countr_zero(a[0]);
  if (shift == 0) return;
  for (int j = 0; j < 3; ++j) a[j] = a[j] >> shift | a[j + 1] << (64 - shift);
  a[3] >>= shift;
  *position += static_cast<uint64_t>(shift);
}

// The 256 bits of `column` from bit `start` on.
void LoadWindow(const BitColumn& column, uint64_t start, uint64_t window[4]) {
  const size_t limb = start / 64;
  const int shift = static_cast<int>(start % 64);
  const auto word = [&](size_t i) { return i < column.size() ? column[i] : 0; };
  for (size_t j = 0; j < 4; ++j) {
    window[j] = word(limb + j) >> shift;
    if (shift != 0) window[j] |= word(limb + j + 1) << (64 - shift);
  }
}

}  // namespace

BandSystem::Insertion BandSystem::Insert(const Equation& equation, uint64_t position, bool value) {
  uint64_t a[4] = {equation.a[0], equation.a[1], equation.a[2], equation.a[3]};
  for (;;) {
    if ((a[0] | a[1] | a[2] | a[3]) == 0) {
      return value ? Insertion::kInconsistent : Insertion::kRedundant;
    }
    Normalise(a, &position);
    if (position >= rows_.size()) {
      rows_.resize(position + 1);
      values_.resize(position + 1);
    }
    Row& row = rows_[position];
    if (row[0] == 0) {
      row = {a[0], a[1], a[2], a[3]};
      values_[position] = value;
      return Insertion::kIndependent;
    }
    for (size_t j = 0; j < 4; ++j) a[j] ^= row[j];
    value ^= values_[position];
  }
}

void BandSystem::Solve(uint64_t offset, RandomBits* free_bits, BitColumn* column) const {
  uint64_t window[4];  // unknowns i .. i + 255 for the row in hand
  LoadWindow(*column, offset + rows_.size(), window);
  for (size_t i = rows_.size(); i-- > 0;) {
    for (int j = 3; j > 0; --j) window[j] = window[j] << 1 | window[j - 1] >> 63;
    window[0] <<= 1;
    const Row& row = rows_[i];
    bool bit;
    if (row[0] == 0) {
      bit = free_bits != nullptr && free_bits->NextBit();
    } else {
      uint64_t sum = 0;
      for (size_t j = 0; j < 4; ++j) sum ^= row[j] & window[j];
      bit = (std::popcount(sum) & 1) != values_[i];
    }
    window[0] |= bit;
    (*column)[(offset + i) / 64] |= static_cast<uint64_t>(bit) << ((offset + i) % 64);
  }
}

}  // namespace crlite
