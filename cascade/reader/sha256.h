// SHA-256 (FIPS 180-4), the only cryptography that this project writes itself: the module may not
// depend on anything but libc, and the hash of one query is a large part of its cost.
//
// Freestanding. The compression function is chosen by CPUID (cpu.h): SHA-NI where there is one,
// else portable code. Tested against NIST's vectors and libcrypto.
#pragma once

#include "cascade/reader/bytes.h"

namespace crlite {

struct Sha256Digest {
  uint8_t bytes[kHashSize];
};

// A running hash. Not thread-safe; copyable (a copy continues from the same point).
class Sha256 {
 public:
  Sha256();
  void Update(Bytes data);
  // Ends the hash. Call once, last.
  Sha256Digest Final();

  static Sha256Digest Hash(Bytes data);
  // Hash of `first || second` without a copy.
  static Sha256Digest Hash(Bytes first, Bytes second);
  // Hashes of `prefix || first` and `prefix || second`: faster than one after the other, where
  // there is SHA-NI and each is 55 bytes at most. Not in the module: sha256_pair.cc.
  static void HashPair(Bytes prefix, Bytes first, Bytes second, Sha256Digest digests[2]);

 private:
  uint32_t state_[8];
  uint64_t length_ = 0;  // bytes hashed so far
  uint8_t block_[64];    // the first length_ % 64 bytes are waiting
};

namespace sha256_internal {
// The compression functions, for tests that compare them. Those called Ni need kCpuShaNi.
void CompressPortable(uint32_t state[8], const uint8_t* blocks, size_t num_blocks);
void CompressNi(uint32_t state[8], const uint8_t* blocks, size_t num_blocks);
// One block each of two messages.
void CompressPairNi(uint32_t states[2][8], const uint8_t blocks[2][64]);
}  // namespace sha256_internal

}  // namespace crlite
