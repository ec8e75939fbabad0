// Linear equations whose coefficients lie in a band of 256 bits, solved over GF(2)
// (docs/formats.md, "Band elimination").
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "cascade/builder/random_bits.h"
#include "cascade/filter/clubcard.h"
#include "cascade/reader/equation.h"

namespace crlite {

// The coefficients of one certificate's equation: EquationKey in 32 bytes, as a(3) is also the
// position. Ordered, so that results do not depend on the order of the input.
struct Equation {
  uint64_t a[4];

  Equation() = default;
  explicit Equation(const EquationKey& key) : a{key.a[0], key.a[1], key.a[2], key.a[3]} {}
  uint64_t Position(uint32_t m) const { return m <= 1 ? 0 : a[3] % m; }
  // NOLINTNEXTLINE(modernize-use-nullptr)  taken for the 0 that the default compares with
  friend auto operator<=>(const Equation&, const Equation&) = default;
};

class BandSystem {
 public:
  enum class Insertion { kIndependent, kRedundant, kInconsistent };

  // Room for `num_rows` rows is made at once; more are added as equations need them.
  explicit BandSystem(size_t num_rows = 0) {
    rows_.reserve(num_rows);
    values_.reserve(num_rows);
  }

  // Adds: the inner product of `a` with the 256 unknowns from `position` on is `value`. Only an
  // independent equation changes the system.
  Insertion Insert(const Equation& equation, uint64_t position, bool value);

  // Unknowns that the system determines or leaves free; equations reach up to 255 further.
  size_t num_rows() const { return rows_.size(); }

  // Writes a solution to bits offset .. offset + num_rows() - 1 of `column`, which are 0 before.
  // The bits behind must have their final values already. Free unknowns are drawn from
  // `free_bits`, or 0 when it is null.
  void Solve(uint64_t offset, RandomBits* free_bits, BitColumn* column) const;

 private:
  // Row i has its first coefficient, bit 0 of limb 0, at unknown i; limb 0 is 0 when there is no
  // row.
  using Row = std::array<uint64_t, 4>;
  std::vector<Row> rows_;
  std::vector<bool> values_;  // of each row
};

}  // namespace crlite
