#include "cascade/builder/serial_set.h"

namespace crlite {
namespace {

constexpr size_t kFirstCapacity = 16;

// The finalizer of splitmix64: every input bit reaches every output bit.
uint64_t Mix(uint64_t z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

}  // namespace

uint64_t SerialSet::Hash(Bytes serial) {
  uint64_t hash = serial.size();
  while (serial.size() >= 8) {
    hash = Mix(hash ^ LoadLe64(serial.data()));
    serial = serial.subspan(8);
  }
  uint64_t rest = 0;
  for (uint8_t byte : serial) rest = rest << 8 | byte;
  return Mix(hash ^ rest);
}

size_t SerialSet::SlotOf(Bytes serial, uint64_t hash) const {
  const uint32_t tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.number == kNone) return i;
    if (slot.tag == tag && SameBytes((*this)[slot.number], serial)) return i;
  }
}

uint32_t SerialSet::FindHashed(Bytes serial, uint64_t hash) const {
  return slots_.empty() ? kNone : slots_[SlotOf(serial, hash)].number;
}

uint32_t SerialSet::Insert(Bytes serial) {
  if (2 * starts_.size() >= slots_.size()) Grow();
  const uint64_t hash = Hash(serial);
  Slot& slot = slots_[SlotOf(serial, hash)];
  if (slot.number != kNone) return slot.number;
  slot = {size(), static_cast<uint32_t>(hash >> 32)};
  starts_.push_back(packed_.size());
  packed_.push_back(static_cast<uint8_t>(serial.size()));
  packed_.insert(packed_.end(), serial.begin(), serial.end());
  return slot.number;
}

void SerialSet::Grow() {
  slots_.assign(slots_.empty() ? kFirstCapacity : 2 * slots_.size(), Slot{});
  for (uint32_t number = 0; number < size(); ++number) {
    const uint64_t hash = Hash((*this)[number]);
    slots_[SlotOf((*this)[number], hash)] = {number, static_cast<uint32_t>(hash >> 32)};
  }
}

}  // namespace crlite
