// Small clubcards for tests, made without the builder.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "cascade/filter/clubcard.h"

namespace crlite {

inline IssuerSpkiHash IssuerNumber(uint32_t i) {
  const uint8_t seed[5] = {'i', static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8),
                           static_cast<uint8_t>(i >> 16), static_cast<uint8_t>(i >> 24)};
  IssuerSpkiHash hash;
  memcpy(hash.bytes, Sha256::Hash(Bytes(seed)).bytes, kHashSize);
  return hash;
}

inline LogId LogNumber(uint32_t i) {
  const uint8_t seed[5] = {'l', static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8),
                           static_cast<uint8_t>(i >> 16), static_cast<uint8_t>(i >> 24)};
  LogId id;
  memcpy(id.bytes, Sha256::Hash(Bytes(seed)).bytes, kHashSize);
  return id;
}

// Covers every timestamp of `log`; of this issuer, exactly these serials are revoked.
inline Clubcard RevokingClubcard(const IssuerSpkiHash& issuer, const LogId& log,
                                 const std::vector<std::vector<uint8_t>>& revoked) {
  Clubcard card;
  card.coverage = {{log, 0, UINT64_MAX}};
  card.exact = BitColumn(8);
  // An inverted block in which every serial but the exceptions is a member.
  ClubcardBlock block;
  block.issuer = issuer;
  block.approx_m = 1;
  block.inverted = true;
  for (const std::vector<uint8_t>& serial : revoked) block.exceptions.Add(serial);
  card.blocks = {block};
  return card;
}

inline std::vector<uint8_t> RandomBytes(std::mt19937_64* random, size_t size) {
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>((*random)());
  return bytes;
}

// How wild RandomClubcard's numbers are.
struct RandomClubcardShape {
  uint32_t issuers = 8;  // taken from IssuerNumber(0 .. 2 * issuers), about half of them
  uint32_t logs = 3;     // LogNumber(0 .. logs)
  unsigned max_rank = 6;
  uint32_t max_m = 500;
  bool hostile = false;  // offsets and m beyond the columns, empty columns, m = 0
};

// A clubcard of random bits: it encodes no set, but every reader must answer alike.
inline Clubcard RandomClubcard(std::mt19937_64* random, const RandomClubcardShape& shape) {
  auto below = [&](uint64_t n) { return static_cast<uint32_t>((*random)() % n); };
  Clubcard card;
  for (uint32_t i = 0; i < shape.logs; ++i) {
    if (below(4) == 0) continue;
    const uint64_t low = below(1000), high = low + below(1000) - (below(8) == 0 ? 1 : 0) * low;
    card.coverage.push_back({LogNumber(i), low, high});
  }
  unsigned columns = 0;
  for (uint32_t i = 0; i < 2 * shape.issuers; ++i) {
    if (below(2) == 0) continue;
    ClubcardBlock block;
    block.issuer = IssuerNumber(i);
    block.approx_m = below(6) == 0 ? 0 : 1 + below(shape.max_m);
    block.rank = static_cast<uint8_t>(below(shape.max_rank + 1));
    block.exact_m = below(shape.max_m);
    block.approx_offset = below(4 * shape.max_m);
    block.exact_offset = below(4 * shape.max_m);
    block.inverted = below(3) == 0;
    if (shape.hostile && below(3) == 0) {
      block.approx_m = static_cast<uint32_t>((*random)());
      block.approx_offset = below(2) == 0 ? static_cast<uint32_t>((*random)()) : below(64);
      block.exact_m = static_cast<uint32_t>((*random)() >> below(64));
      block.exact_offset = static_cast<uint32_t>((*random)() >> below(64));
    }
    for (uint32_t n = below(3); n > 0; --n) block.exceptions.Add(RandomBytes(random, 1 + below(2)));
    columns = std::max<unsigned>(columns, block.rank);
    card.blocks.push_back(block);
  }
  const uint32_t words = 5 * shape.max_m / 64 + 8;
  for (unsigned k = 0; k < columns; ++k) {
    BitColumn column(shape.hostile ? below(words) : words);
    for (uint64_t& word : column) word = (*random)();
    card.columns.push_back(column);
  }
  card.exact.resize(shape.hostile ? below(words) : words);
  for (uint64_t& word : card.exact) word = (*random)();
  EXPECT_TRUE(CheckClubcard(&card, /*sort=*/true).ok());
  return card;
}

}  // namespace crlite
