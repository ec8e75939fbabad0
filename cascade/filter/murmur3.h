// MurmurHash3, x86 variant with 32 bits of output (Austin Appleby, public domain): the index
// function of the oldest Bloom cascades. Not a cryptographic hash.
#pragma once

#include <bit>

#include "cascade/reader/bytes.h"

namespace crlite {

inline uint32_t Murmur3(Bytes data, uint32_t seed) {
  const auto scramble = [](uint32_t k) { return std::rotl(k * 0xcc9e2d51u, 15) * 0x1b873593u; };
  uint32_t h = seed;
  size_t i = 0;
  for (; data.size() - i >= 4; i += 4) {
    h ^= scramble(LoadLe32(data.data() + i));
    h = std::rotl(h, 13) * 5 + 0xe6546b64u;
  }
  uint32_t tail = 0;
  for (size_t j = data.size(); j > i; --j) tail = tail << 8 | data[j - 1];
  h ^= scramble(tail);  // a tail of nothing scrambles to 0
  h ^= static_cast<uint32_t>(data.size());
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}

}  // namespace crlite
