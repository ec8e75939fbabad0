#include "cascade/builder/labels.h"

#include <bit>

namespace crlite {
namespace {

constexpr size_t kHintBitsPerSerial = 16;

}  // namespace

Equation Labels::EquationOf(Bytes serial) const {
  return Equation(MakeEquationKey(source_->issuer(), serial));
}

Status Labels::ForEachRevoked(const std::function<void(Bytes)>& take) const {
  return source_->ReadRevoked([&](uint8_t reason, Bytes serial) {
    if (Includes(options_.reasons, reason)) take(serial);
  });
}

Status Labels::Load(const IssuerSource& source, const Options& options) {
  source_ = &source;
  options_ = options;
  std::vector<uint64_t> hashes;
  const Status status = ForEachRevoked([&](Bytes serial) {
    const bool is_old =
        options.previous != nullptr && options.previous->Find(serial) != SerialSet::kNone;
    if (is_old && !options.wants_old) return;
    (is_old ? old_ : fresh_).Add(EquationOf(serial));
    hashes.push_back(SerialSet::Hash(serial));
  });
  if (!status.ok()) return status;
  fresh_.Seal();
  old_.Seal();
  MakeHint(hashes);
  return Status::Ok();
}

void Labels::MakeHint(std::span<const uint64_t> hashes) {
  const size_t num_bits = std::bit_ceil(64 + kHintBitsPerSerial * hashes.size());
  hint_.assign(num_bits / 64, 0);
  hint_mask_ = num_bits - 1;
  for (uint64_t hash : hashes) hint_[(hash & hint_mask_) / 64] |= uint64_t{1} << hash % 64;
}

void Labels::Mark(std::span<const Bytes> serials) {
  uint64_t num_revoked = 0;
  for (Bytes serial : serials) {
    if (!MayBeRevoked(SerialSet::Hash(serial))) continue;
    const Equation equation = EquationOf(serial);
    if (const size_t place = fresh_.Find(equation); place != EquationTable::kNone) {
      fresh_.Mark(place);
      ++num_revoked;
    } else if (const size_t old = old_.Find(equation); old != EquationTable::kNone) {
      old_.Mark(old);
    }
  }
  num_known_ += serials.size();
  num_revoked_marks_ += num_revoked;
}

void Labels::Finish() {
  fresh_.KeepMarked();
  old_.KeepMarked();
  std::vector<uint64_t>().swap(hint_);
}

Result<SerialSet> Labels::RevokedAndOld() const {
  SerialSet serials;
  const Status status = ForEachRevoked([&](Bytes serial) {
    const Equation equation = EquationOf(serial);
    if (IsRevoked(equation) || old_.Find(equation) != EquationTable::kNone) serials.Insert(serial);
  });
  if (!status.ok()) return status.error();
  return serials;
}

}  // namespace crlite
