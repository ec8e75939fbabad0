// A set of serial numbers that stays small and can be asked very often.
#pragma once

#include <cstdint>
#include <vector>

#include "cascade/reader/bytes.h"

namespace crlite {

// Serials are numbered in the order in which they came. Asking is safe from any number of threads
// while nobody inserts.
class SerialSet {
 public:
  static constexpr uint32_t kNone = 0xffffffff;

  // 1..255 octets. Returns the serial's number, its old one if it was there.
  uint32_t Insert(Bytes serial);
  // The serial's number, or kNone.
  uint32_t Find(Bytes serial) const { return FindHashed(serial, Hash(serial)); }

  // Find in two steps, so that a caller with many questions can let the memory of one be fetched
  // while it prepares the next: Hash, Prefetch, ... FindHashed.
  static uint64_t Hash(Bytes serial);
  void Prefetch(uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  uint32_t FindHashed(Bytes serial, uint64_t hash) const;

  uint32_t size() const { return static_cast<uint32_t>(starts_.size()); }
  // Valid until the next Insert.
  Bytes operator[](uint32_t number) const {
    const uint8_t* packed = &packed_[starts_[number]];
    return Bytes(packed + 1, packed[0]);
  }

 private:
  struct Slot {
    uint32_t number = kNone;
    uint32_t tag = 0;  // upper half of the hash
  };
  size_t SlotOf(Bytes serial, uint64_t hash) const;
  void Grow();

  std::vector<uint8_t> packed_;   // count x { u8 length, bytes }
  std::vector<uint64_t> starts_;  // of each serial in packed_
  std::vector<Slot> slots_;       // open addressing; a power of two, at most half full
};

}  // namespace crlite
