// A stream of random-looking bits that depends on its seed alone: filters are reproducible.
#pragma once

#include <cstdint>

#include "cascade/reader/sha256.h"

namespace crlite {

// splitmix64. Stream `number` of a seed is independent of its other streams.
class RandomBits {
 public:
  RandomBits(const Sha256Digest& seed, uint64_t number) : state_(0) {
    uint8_t text[8];
    for (int i = 0; i < 8; ++i) text[i] = static_cast<uint8_t>(number >> (8 * i));
    state_ = LoadLe64(Sha256::Hash(Bytes(seed.bytes), Bytes(text)).bytes);
  }

  uint64_t NextWord() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  bool NextBit() {
    if (num_left_ == 0) {
      word_ = NextWord();
      num_left_ = 64;
    }
    --num_left_;
    return word_ >> num_left_ & 1;
  }

 private:
  uint64_t state_;
  uint64_t word_ = 0;
  int num_left_ = 0;  // unused bits of word_
};

}  // namespace crlite
