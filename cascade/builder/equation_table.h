// A large set of equations that can be asked very often: 32 bytes and a bit each.
#pragma once

#include <span>
#include <vector>

#include "cascade/builder/band_system.h"

namespace crlite {

// Filled, sealed, then asked and marked. An equation stands for its certificate: two that share 255
// bits of a SHA-256 do not occur.
class EquationTable {
 public:
  static constexpr size_t kNone = SIZE_MAX;

  void Add(const Equation& equation) { equations_.push_back(equation); }
  // After the last Add; one that came twice is kept once.
  void Seal();

  // The place of an equation in equations(), or kNone. Safe from any number of threads, as is Mark.
  size_t Find(const Equation& equation) const;
  void Mark(size_t place);
  // Drops the equations that were not marked, and all marks.
  void KeepMarked();

  size_t size() const { return equations_.size(); }
  std::span<const Equation> equations() const { return equations_; }  // ascending

 private:
  void MakeDirectory();
  size_t BucketOf(const Equation& equation) const {
    return static_cast<size_t>(equation.a[0] >> shift_);
  }

  std::vector<Equation> equations_;
  // By the upper bits of a[0]: where equations with these bits begin. One entry more than values.
  std::vector<uint32_t> directory_;
  unsigned shift_ = 63;
  std::vector<uint8_t> is_marked_;  // bytes, not bits: threads write them side by side
};

}  // namespace crlite
