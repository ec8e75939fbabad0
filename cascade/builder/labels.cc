#include "cascade/builder/labels.h"

#include <algorithm>
#include <array>

namespace crlite {
namespace {

constexpr size_t kGroup = 64;  // serials whose memory is fetched at the same time

}  // namespace

Status Labels::Load(const IssuerSource& source, ReasonSet reasons, const SerialSet* previous) {
  const Status status = source.ReadRevoked([&](uint8_t reason, Bytes serial) {
    if (!Includes(reasons, reason)) return;
    if (revoked_.Insert(serial) < is_old_.size()) return;
    is_old_.push_back(previous != nullptr && previous->Find(serial) != SerialSet::kNone);
  });
  is_known_.resize(revoked_.size());
  return status;
}

void Labels::Lookup(std::span<const Bytes> serials, uint32_t* numbers) const {
  std::array<uint64_t, kGroup> hashes;
  for (size_t begin = 0; begin < serials.size(); begin += kGroup) {
    const size_t count = std::min(kGroup, serials.size() - begin);
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = SerialSet::Hash(serials[begin + i]);
      revoked_.Prefetch(hashes[i]);
    }
    for (size_t i = 0; i < count; ++i) {
      numbers[begin + i] = revoked_.FindHashed(serials[begin + i], hashes[i]);
    }
  }
}

void Labels::Mark(std::span<const Bytes> serials) {
  std::vector<uint32_t> numbers(serials.size());
  Lookup(serials, numbers.data());
  uint64_t num_revoked = 0;
  for (uint32_t number : numbers) {
    if (number == SerialSet::kNone) continue;
    std::atomic_ref(is_known_[number]).store(1, std::memory_order_relaxed);
    num_revoked += !is_old_[number];
  }
  num_known_ += serials.size();
  num_revoked_marks_ += num_revoked;
}

void Labels::Find(std::span<const Bytes> serials, bool* is_revoked) const {
  std::vector<uint32_t> numbers(serials.size());
  Lookup(serials, numbers.data());
  for (size_t i = 0; i < serials.size(); ++i) {
    is_revoked[i] = numbers[i] != SerialSet::kNone && !is_old_[numbers[i]];
  }
}

std::vector<Bytes> Labels::Revoked() const {
  std::vector<Bytes> serials;
  for (uint32_t number = 0; number < revoked_.size(); ++number) {
    if (is_known_[number] && !is_old_[number]) serials.push_back(revoked_[number]);
  }
  return serials;
}

SerialSet Labels::RevokedAndOld() const {
  SerialSet serials;
  for (uint32_t number = 0; number < revoked_.size(); ++number) {
    if (is_known_[number]) serials.Insert(revoked_[number]);
  }
  return serials;
}

}  // namespace crlite
