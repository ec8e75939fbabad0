#include "cascade/builder/band_system.h"

#include <bit>

namespace crlite {
namespace {

// Shifts `row` right until bit 0 of limb 0 is set. It is not zero. Whole zero limbs count 64 each.
void Normalise(BandRow* row) {
  auto& a = row->a;
  while (a[0] == 0) {
    a = {a[1], a[2], a[3], 0};
    row->position += 64;
  }
  const int shift = std::countr_zero(a[0]);
  if (shift == 0) return;
  for (size_t j = 0; j < 3; ++j) a[j] = a[j] >> shift | a[j + 1] << (64 - shift);
  a[3] >>= shift;
  row->position += static_cast<uint64_t>(shift);
}

}  // namespace

BandSystem::Insertion BandSystem::Insert(BandRow* row, uint64_t limit) {
  auto& a = row->a;
  while ((a[0] | a[1] | a[2] | a[3]) != 0) {
    Normalise(row);
    if (row->position >= limit) return Insertion::kBeyond;
    Row& there = rows_[row->position];
    if (there[0] == 0) {
      there = a;
      values_[row->position] = row->value;
      return Insertion::kIndependent;
    }
    for (size_t j = 0; j < 4; ++j) a[j] ^= there[j];
    row->value ^= values_[row->position] != 0;
  }
  return row->value ? Insertion::kInconsistent : Insertion::kRedundant;
}

size_t BandSystem::num_rows() const {
  size_t size = rows_.size();
  while (size > 0 && rows_[size - 1][0] == 0) --size;
  return size;
}

void BandSystem::Solve(RandomBits* free_bits, GrowingColumn* column) const {
  for (size_t i = num_rows(); i-- > 0;) {
    column->Grow();
    const Row& row = rows_[i];
    if (row[0] == 0) {
      column->SetFirst(free_bits != nullptr && free_bits->NextBit());
      continue;
    }
    uint64_t sum = 0;
    for (size_t j = 0; j < 4; ++j) sum ^= row[j] & column->front()[j];
    column->SetFirst((std::popcount(sum) & 1) != values_[i]);
  }
}

}  // namespace crlite
