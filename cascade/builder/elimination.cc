#include "cascade/builder/elimination.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <functional>
#include <utility>

#include "cascade/builder/parallel.h"

namespace crlite {
namespace {

// Equations of one bucket share rows that fit into a core's cache.
constexpr uint64_t kBucketPositions = 2048;
// Threads work on segments of positions. Not a matter of their number: the order of insertion
// decides which equations are rejected.
constexpr size_t kSegmentBuckets = 64;
constexpr size_t kPrefetch = 16;  // equations

// The numbers of some equations, bucket after bucket of neighbouring positions. Keeps the order
// within a bucket.
struct BucketOrder {
  std::vector<uint32_t> numbers;
  std::vector<uint32_t> ends;  // of each bucket in `numbers`
};

BucketOrder OrderByBucket(std::span<const Equation> equations, uint32_t m) {
  BucketOrder order{std::vector<uint32_t>(equations.size()),
                    std::vector<uint32_t>(m / kBucketPositions + 1)};
  const auto bucket_of = [m](const Equation& e) { return e.Position(m) / kBucketPositions; };
  for (const Equation& equation : equations) ++order.ends[bucket_of(equation)];
  uint32_t sum = 0;
  for (uint32_t& end : order.ends) sum += std::exchange(end, sum);
  // Each begin moves to its end now.
  for (uint32_t i = 0; i < equations.size(); ++i) {
    order.numbers[order.ends[bucket_of(equations[i])]++] = i;
  }
  return order;
}

// What became of the equations of a segment.
struct Outcome {
  struct Carry {
    BandRow row;
    uint32_t number;
  };
  std::vector<Carry> beyond;       // got to the next segment
  std::vector<uint32_t> rejected;  // numbers
  size_t num_redundant = 0;

  void Take(BandSystem::Insertion insertion, const BandRow& row, uint32_t number) {
    if (insertion == BandSystem::Insertion::kBeyond) beyond.push_back({row, number});
    if (insertion == BandSystem::Insertion::kRedundant) ++num_redundant;
    if (insertion == BandSystem::Insertion::kInconsistent) rejected.push_back(number);
  }
};

// Inserts all; returns how many were redundant, and appends the inconsistent ones to *rejected.
size_t InsertAll(std::span<const Equation> equations, bool value, unsigned threads,
                 Elimination* elimination) {
  const uint32_t m = elimination->m;
  const BucketOrder order = OrderByBucket(equations, m);
  const auto insert_segment = [&](size_t segment, Outcome* outcome) {
    const size_t first = segment * kSegmentBuckets;
    const size_t last = std::min(first + kSegmentBuckets, order.ends.size());
    const uint64_t limit = last * kBucketPositions;
    const uint32_t end = order.ends[last - 1];
    for (uint32_t i = first == 0 ? 0 : order.ends[first - 1]; i < end; ++i) {
      if (i + kPrefetch < end) __builtin_prefetch(&equations[order.numbers[i + kPrefetch]]);
      const Equation& equation = equations[order.numbers[i]];
      BandRow row(equation, equation.Position(m), value);
      const bool is_last = last == order.ends.size();
      const auto insertion =
          elimination->system.Insert(&row, is_last ? BandSystem::kNoLimit : limit);
      outcome->Take(insertion, row, order.numbers[i]);
    }
  };
  std::vector<Outcome> outcomes((order.ends.size() + kSegmentBuckets - 1) / kSegmentBuckets);
  // Cannot fail.
  (void)ParallelFor(outcomes.size(), threads, [&](size_t segment) {
    insert_segment(segment, &outcomes[segment]);
    return Status::Ok();
  });
  size_t num_redundant = 0;
  for (Outcome& outcome : outcomes) {
    for (auto& [row, number] : outcome.beyond) {
      const auto insertion = elimination->system.Insert(&row);
      outcome.Take(insertion, row, number);
    }
    num_redundant += outcome.num_redundant;
    for (uint32_t number : outcome.rejected) elimination->rejected.push_back(equations[number]);
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

// So few equations may be tried often, for a system without a row to spare. A delta has hundreds of
// such blocks.
constexpr size_t kFewEquations = 1000;

// What is wrong with a system, the worst first.
struct Defects {
  size_t num_equations = 0;
  size_t num_spare_rows = 0;  // of few equations; those of many are not counted
  // NOLINTNEXTLINE(modernize-use-nullptr)  taken for the 0 that the default compares with
  auto operator<=>(const Defects&) const = default;
};

// Calls `attempt`, which returns the number of defective equations, with growing m until there are
// no defects. Another m moves every equation: it is a new throw of the dice even where it is hardly
// larger. Only one system is in memory at a time.
Elimination Search(size_t num_equations, const EliminationEffort& effort,
                   const std::function<size_t(Elimination*)>& attempt) {
  const double n = static_cast<double>(num_equations);
  const double first = UsualPositions(n) + effort.extra_positions * n;
  const double step = std::max(1.0, n / 2000);
  Elimination trial;
  const auto attempt_with = [&](uint32_t m) {
    trial = Elimination();
    trial.m = m;
    trial.system = BandSystem(m);
    Defects defects{attempt(&trial)};
    const size_t num_rows = trial.system.num_rows();
    if (num_equations <= kFewEquations && num_rows > num_equations) {
      defects.num_spare_rows = num_rows - num_equations;
    }
    return defects;
  };
  uint32_t best_m = 0;
  Defects fewest{SIZE_MAX, SIZE_MAX};
  for (unsigned i = 0; i < effort.max_attempts && fewest > Defects(); ++i) {
    const auto m = static_cast<uint32_t>(std::max(1.0, first) + i * step);
    const Defects defects = attempt_with(m);
    if (defects >= fewest) continue;
    fewest = defects;
    best_m = m;
  }
  if (trial.m != best_m) attempt_with(best_m);
  return trial;
}

}  // namespace

Elimination EliminateZeros(std::span<const Equation> zeros, const EliminationEffort& effort,
                           unsigned threads) {
  return Search(zeros.size(), effort, [&](Elimination* trial) {
    return InsertAll(zeros, /*value=*/false, threads, trial);
  });
}

Elimination EliminateExactly(std::span<const Equation> zeros, std::span<const Equation> ones,
                             const EliminationEffort& effort, unsigned threads) {
  return Search(zeros.size() + ones.size(), effort, [&](Elimination* trial) {
    // Zeros first: among themselves they cannot contradict, so that only ones are ever rejected.
    InsertAll(zeros, /*value=*/false, threads, trial);
    InsertAll(ones, /*value=*/true, threads, trial);
    return trial->rejected.size();
  });
}

}  // namespace crlite
