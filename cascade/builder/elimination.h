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

// A system in which all of `zeros` have the value 0. m is raised until all are independent: only
// then does a foreign equation come out as 1 half the time. If no attempt gets there, the one with
// the fewest redundant equations is returned. Ascending input gives reproducible results.
Elimination EliminateZeros(std::span<const Equation> zeros, const EliminationEffort& effort);

// A system in which all of `zeros` have the value 0 and all of `ones` the value 1, those apart that
// contradict the rest. m is raised until there are none; if no attempt gets there, the one with the
// fewest is returned.
Elimination EliminateExactly(std::span<const Equation> zeros, std::span<const Equation> ones,
                             const EliminationEffort& effort);

}  // namespace crlite
