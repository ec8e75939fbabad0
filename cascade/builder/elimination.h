// Equations of one issuer brought into triangular form, with the number of positions that suits
// them (docs/formats.md, "Band elimination" and "Where size goes").
#pragma once

#include <vector>

#include "cascade/builder/band_system.h"

namespace crlite {

// How hard to try. The defaults are what filters are built with; tests ask for less, so that
// equations are rejected.
struct EliminationEffort {
  double extra_positions = 0;  // added to the usual number, as a part of the number of equations
  unsigned max_attempts = 64;
};

struct Elimination {
  uint32_t m = 0;  // positions: equation k stands at Equation::Position(m)
  BandSystem system;
  std::vector<Equation> rejected;  // ascending; those of `ones` that contradict the rest
};

// Both raise m until a system has no defect, and few equations also until it has no more rows than
// equations; if no attempt gets there, the best one is returned. Ascending input gives reproducible
// results, for any number of threads.

// A system in which all of `zeros` have the value 0. A defect is one that is not independent: only
// without them does a foreign equation come out as 1 half the time.
Elimination EliminateZeros(std::span<const Equation> zeros, const EliminationEffort& effort,
                           unsigned threads);

// A system in which all of `zeros` have the value 0 and all of `ones` the value 1, those apart that
// contradict the rest: these are the defects.
Elimination EliminateExactly(std::span<const Equation> zeros, std::span<const Equation> ones,
                             const EliminationEffort& effort, unsigned threads);

}  // namespace crlite
