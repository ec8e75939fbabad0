// A column of bits that grows at its front: blocks are solved from the last to the first.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cascade/filter/clubcard.h"

namespace crlite {

class GrowingColumn {
 public:
  using Window = std::array<uint64_t, 4>;

  // The 256 bits at the front, bit 0 of limb 0 first; 0 where there are none yet.
  const Window& front() const { return front_; }

  // Makes room for a bit at the front, 0 until SetFirst.
  void Grow() {
    for (size_t j = 3; j > 0; --j) front_[j] = front_[j] << 1 | front_[j - 1] >> 63;
    front_[0] <<= 1;
    if (size_ % 64 == 0) words_.push_back(0);
    ++size_;
  }
  // To be called once, if at all, after Grow.
  void SetFirst(bool bit) {
    front_[0] |= bit;
    words_.back() |= static_cast<uint64_t>(bit) << ((size_ - 1) % 64);
  }

  void Push(bool bit) {
    Grow();
    SetFirst(bit);
  }

  uint64_t size() const { return size_; }
  // The bits from the first to the last, without the zero words at the end. Leaves nothing.
  BitColumn Take();

 private:
  std::vector<uint64_t> words_;  // from the last bit to the first
  uint64_t size_ = 0;
  Window front_ = {};
};

}  // namespace crlite
