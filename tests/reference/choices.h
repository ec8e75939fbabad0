// Where a random model's decisions come from: a generator in a test, the input in a fuzz target.
#pragma once

#include <algorithm>
#include <random>

#include "cascade/reader/bytes.h"

namespace crlite {

class Choices {
 public:
  explicit Choices(uint64_t seed) : generator_(seed), is_random_(true) {}
  // Behind the end of `input` every choice is 0. Borrows `input`.
  explicit Choices(Bytes input) : input_(input) {}

  // True once every byte of the input has been used.
  bool AtEnd() const { return !is_random_ && input_.empty(); }

  // A number in [0, bound); `bound` > 0. Takes as many bytes as bound - 1 has.
  uint64_t Below(uint64_t bound) {
    if (is_random_) return generator_() % bound;
    uint64_t value = 0;
    for (uint64_t rest = bound - 1; rest != 0; rest >>= 8) value = value << 8 | NextByte();
    return value % bound;
  }
  bool OneIn(uint64_t n) { return Below(n) == n - 1; }
  uint64_t Any64() {
    if (is_random_) return generator_();
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | NextByte();
    return value;
  }

 private:
  uint8_t NextByte() {
    if (input_.empty()) return 0;
    const uint8_t byte = input_[0];
    input_ = input_.subspan(1);
    return byte;
  }

  std::mt19937_64 generator_;
  Bytes input_;
  bool is_random_ = false;
};

}  // namespace crlite
