#include "cascade/builder/growing_column.h"

namespace crlite {

BitColumn GrowingColumn::Take() {
  BitColumn column(words_.size());
  for (uint64_t i = 0; i < size_; ++i) {
    const uint64_t from = size_ - 1 - i;
    column[i / 64] |= (words_[from / 64] >> from % 64 & 1) << i % 64;
  }
  while (!column.empty() && column.back() == 0) column.pop_back();
  *this = GrowingColumn();
  return column;
}

}  // namespace crlite
