#include "cascade/builder/equation_table.h"

#include <algorithm>
#include <atomic>
#include <bit>

namespace crlite {
namespace {

constexpr size_t kEquationsPerBucket = 4;

}  // namespace

void EquationTable::Seal() {
  std::sort(equations_.begin(), equations_.end());
  equations_.erase(std::unique(equations_.begin(), equations_.end()), equations_.end());
  equations_.shrink_to_fit();
  is_marked_.assign(size(), 0);
  MakeDirectory();
}

void EquationTable::MakeDirectory() {
  const size_t num_buckets = std::bit_ceil(2 + size() / kEquationsPerBucket);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(num_buckets));
  directory_.assign(num_buckets + 1, 0);
  for (const Equation& equation : equations_) ++directory_[BucketOf(equation) + 1];
  for (size_t i = 1; i <= num_buckets; ++i) directory_[i] += directory_[i - 1];
}

size_t EquationTable::Find(const Equation& equation) const {
  if (equations_.empty()) return kNone;
  const size_t bucket = BucketOf(equation);
  for (size_t i = directory_[bucket]; i < directory_[bucket + 1]; ++i) {
    if (equations_[i] == equation) return i;
  }
  return kNone;
}

void EquationTable::Mark(size_t place) {
  std::atomic_ref(is_marked_[place]).store(1, std::memory_order_relaxed);
}

void EquationTable::KeepMarked() {
  size_t kept = 0;
  for (size_t i = 0; i < size(); ++i) {
    if (is_marked_[i]) equations_[kept++] = equations_[i];
  }
  equations_.resize(kept);
  std::vector<uint8_t>().swap(is_marked_);
  MakeDirectory();
}

}  // namespace crlite
