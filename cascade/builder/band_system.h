// Linear equations whose coefficients lie in a band of 256 bits, solved over GF(2)
// (docs/formats.md, "Band elimination").
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "cascade/builder/growing_column.h"
#include "cascade/builder/random_bits.h"
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

// An equation on its way into a system: the inner product of `a` with the 256 unknowns from
// `position` on is `value`.
struct BandRow {
  std::array<uint64_t, 4> a;
  uint64_t position;
  bool value;

  BandRow(const Equation& equation, uint64_t at, bool v)
      : a{equation.a[0], equation.a[1], equation.a[2], equation.a[3]}, position(at), value(v) {}
};

class BandSystem {
 public:
  enum class Insertion { kIndependent, kRedundant, kInconsistent, kBeyond };
  static constexpr uint64_t kNoLimit = UINT64_MAX;

  // For equations at positions 0 .. m - 1.
  explicit BandSystem(uint32_t m) : rows_(size_t{m} + kOverhang), values_(rows_.size()) {}
  BandSystem() = default;

  // Adds an equation. Only an independent one changes the system. Looks at no row from `limit` on:
  // an equation that gets there comes back in *row, reduced, as kBeyond. So threads may insert at
  // the same time below and above a limit.
  Insertion Insert(BandRow* row, uint64_t limit = kNoLimit);

  // Unknowns that the system determines or leaves free, up to the last one it determines.
  size_t num_rows() const;

  // Writes a solution in front of `column`. Free unknowns are drawn from `free_bits`, or 0 when it
  // is null.
  void Solve(RandomBits* free_bits, GrowingColumn* column) const;

 private:
  static constexpr size_t kOverhang = 255;  // an equation reaches so far beyond its position

  // Row i has its first coefficient, bit 0 of limb 0, at unknown i; limb 0 is 0 when there is no
  // row.
  using Row = std::array<uint64_t, 4>;
  std::vector<Row> rows_;
  std::vector<uint8_t> values_;  // of each row; bytes, as threads write them side by side
};

}  // namespace crlite
