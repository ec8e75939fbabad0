#include "cascade/builder/elimination.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace crlite {
namespace {

// Equations of one bucket share rows that fit into a core's cache.
constexpr uint64_t kBucketPositions = 2048;

// The equations' numbers, bucket after bucket of neighbouring positions. Keeps the order within a
// bucket.
std::vector<uint32_t> OrderByBucket(std::span<const Equation> equations, uint32_t m) {
  std::vector<uint32_t> ends(m / kBucketPositions + 2, 0);
  const auto bucket_of = [m](const Equation& e) { return e.Position(m) / kBucketPositions; };
  for (const Equation& equation : equations) ++ends[bucket_of(equation) + 1];
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  std::vector<uint32_t> order(equations.size());
  for (uint32_t i = 0; i < equations.size(); ++i) order[ends[bucket_of(equations[i])]++] = i;
  return order;
}

// Inserts all; returns how many were redundant, and appends the inconsistent ones to *rejected.
size_t InsertAll(std::span<const Equation> equations, bool value, Elimination* elimination) {
  size_t num_redundant = 0;
  for (uint32_t number : OrderByBucket(equations, elimination->m)) {
    const Equation& equation = equations[number];
    switch (elimination->system.Insert(equation, equation.Position(elimination->m), value)) {
      case BandSystem::Insertion::kIndependent:
        break;
      case BandSystem::Insertion::kRedundant:
        ++num_redundant;
        break;
      case BandSystem::Insertion::kInconsistent:
        elimination->rejected.push_back(equation);
        break;
    }
  }
  std::sort(elimination->rejected.begin(), elimination->rejected.end());
  return num_redundant;
}

// The smallest number of positions with which the first attempt mostly succeeds, measured for 10 to
// 1,000,000 equations: 1 % more than equations, a quarter per cent more with every decade above
// 100,000, and 200 fewer, because equations reach 255 unknowns beyond the last position.
double UsualPositions(double n) {
  const double decades = std::max(0.0, std::log10(n / 100000));
  return n * (1.01 + 0.0025 * decades) - 200;
}

// Calls `attempt`, which returns the number of defects, with growing m until there are none.
// Another m moves every equation: it is a new throw of the dice even where it is hardly larger.
Elimination Search(size_t num_equations, const EliminationEffort& effort,
                   const std::function<size_t(Elimination*)>& attempt) {
  const double n = static_cast<double>(num_equations);
  const double first = UsualPositions(n) + effort.extra_positions * n;
  const double step = std::max(1.0, n / 2000);
  Elimination best;
  size_t fewest = SIZE_MAX;
  for (unsigned i = 0; i < effort.max_attempts && fewest > 0; ++i) {
    Elimination trial;
    trial.m = static_cast<uint32_t>(std::max(1.0, first + i * step));
    trial.system = BandSystem(trial.m + 256);
    const size_t num_defects = attempt(&trial);
    if (num_defects >= fewest) continue;
    fewest = num_defects;
    best = std::move(trial);
  }
  return best;
}

}  // namespace

Elimination EliminateZeros(std::span<const Equation> zeros, const EliminationEffort& effort) {
  return Search(zeros.size(), effort,
                [&](Elimination* trial) { return InsertAll(zeros, /*value=*/false, trial); });
}

Elimination EliminateExactly(std::span<const Equation> zeros, std::span<const Equation> ones,
                             const EliminationEffort& effort) {
  return Search(zeros.size() + ones.size(), effort, [&](Elimination* trial) {
    // Zeros first: among themselves they cannot contradict, so that only ones are ever rejected.
    InsertAll(zeros, /*value=*/false, trial);
    InsertAll(ones, /*value=*/true, trial);
    return trial->rejected.size();
  });
}

}  // namespace crlite
