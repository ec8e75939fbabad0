#include "cascade/builder/band_system.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cascade/builder/elimination.h"

namespace crlite {
namespace {

Equation MakeEquation(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3) {
  Equation equation;
  equation.a[0] = a0;
  equation.a[1] = a1;
  equation.a[2] = a2;
  equation.a[3] = a3;
  return equation;
}

std::vector<Equation> RandomEquations(size_t count, uint64_t seed) {
  RandomBits random(Sha256::Hash({}), seed);
  std::vector<Equation> equations(count);
  for (Equation& equation : equations) {
    for (uint64_t& limb : equation.a) limb = random.NextWord();
    equation.a[0] |= 1;
  }
  return equations;
}

BitColumn Solve(const BandSystem& system, RandomBits* random) {
  BitColumn column((system.num_rows() + 63) / 64 + 4);
  system.Solve(0, random, &column);
  return column;
}

TEST(BandSystem, CountsWholeZeroLimbsWhenItShifts) {
  // The sum of the two has its first coefficient in the third limb.
  const Equation first = MakeEquation(1, 0, 1 << 3, 1 << 5), second = MakeEquation(1, 0, 0, 1);
  BandSystem system;
  EXPECT_EQ(system.Insert(first, 10, false), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(system.Insert(second, 10, true), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(system.num_rows(), 10u + 128 + 3 + 1);
  const BitColumn column = Solve(system, nullptr);
  EXPECT_FALSE(InnerProduct(first.a, column, 10));
  EXPECT_TRUE(InnerProduct(second.a, column, 10));
}

TEST(BandSystem, ShiftsByExactlyWholeLimbs) {
  const Equation first = MakeEquation(1, 1, 0, 0), second = MakeEquation(1, 0, 0, 0);
  BandSystem system;
  EXPECT_EQ(system.Insert(first, 0, false), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(system.Insert(second, 0, true), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(system.num_rows(), 65u);
}

TEST(BandSystem, TellsRedundantFromInconsistent) {
  const Equation first = MakeEquation(5, 0, 0, 7), second = MakeEquation(3, 9, 0, 0);
  BandSystem system;
  EXPECT_EQ(system.Insert(first, 1, true), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(system.Insert(second, 1, true), BandSystem::Insertion::kIndependent);
  const Equation sum = MakeEquation(6, 9, 0, 7);
  EXPECT_EQ(system.Insert(sum, 1, false), BandSystem::Insertion::kRedundant);
  EXPECT_EQ(system.Insert(sum, 1, true), BandSystem::Insertion::kInconsistent);
}

TEST(BandSystem, SolvesEveryEquationItTook) {
  const std::vector<Equation> equations = RandomEquations(3000, 1);
  constexpr uint32_t kPositions = 2800;
  BandSystem system;
  std::vector<bool> taken;
  for (size_t i = 0; i < equations.size(); ++i) {
    taken.push_back(system.Insert(equations[i], equations[i].Position(kPositions), i % 3 == 0) !=
                    BandSystem::Insertion::kInconsistent);
  }
  RandomBits random(Sha256::Hash({}), 2);
  for (RandomBits* free_bits : {static_cast<RandomBits*>(nullptr), &random}) {
    const BitColumn column = Solve(system, free_bits);
    for (size_t i = 0; i < equations.size(); ++i) {
      if (!taken[i]) continue;
      EXPECT_EQ(InnerProduct(equations[i].a, column, equations[i].Position(kPositions)),
                i % 3 == 0);
    }
  }
}

TEST(BandSystem, LeansOnTheBitsBehindIt) {
  const std::vector<Equation> equations = RandomEquations(100, 3);
  BandSystem system;
  for (const Equation& equation : equations) system.Insert(equation, 0, false);
  BitColumn column(20, 0);
  const uint64_t offset = 77;
  for (uint64_t bit = offset + system.num_rows(); bit < 64 * 20; bit += 3) {
    column[bit / 64] |= uint64_t{1} << (bit % 64);
  }
  const BitColumn behind = column;
  system.Solve(offset, nullptr, &column);
  EXPECT_NE(column, behind);
  for (const Equation& equation : equations) {
    EXPECT_FALSE(InnerProduct(equation.a, column, offset));
  }
  EXPECT_EQ(column[0] & ((uint64_t{1} << 63) - 1), 0u) << "bits before the block were touched";
}

TEST(RandomBits, GivesEveryNumberItsOwnStream) {
  RandomBits first(Sha256::Hash({}), 0), again(Sha256::Hash({}), 0), second(Sha256::Hash({}), 1);
  const uint64_t word = first.NextWord();
  EXPECT_EQ(word, again.NextWord());
  EXPECT_NE(word, second.NextWord());
}

TEST(Elimination, RaisesTheNumberOfPositionsUntilNothingIsRejected) {
  std::vector<Equation> zeros = RandomEquations(500, 4), ones = RandomEquations(700, 5);
  const Elimination once = EliminateExactly(zeros, ones, {-0.07, 1});
  ASSERT_FALSE(once.rejected.empty()) << "the first attempt was to fail";
  const Elimination retried = EliminateExactly(zeros, ones, {-0.07, 64});
  EXPECT_TRUE(retried.rejected.empty());
  EXPECT_GT(retried.m, once.m);
}

TEST(Elimination, RejectsOnlyOnes) {
  std::vector<Equation> zeros = RandomEquations(2000, 6), ones = RandomEquations(1000, 7);
  std::sort(ones.begin(), ones.end());
  const Elimination result = EliminateExactly(zeros, ones, {-0.3, 1});
  ASSERT_FALSE(result.rejected.empty());
  const BitColumn column = Solve(result.system, nullptr);
  for (const Equation& equation : zeros) {
    EXPECT_FALSE(InnerProduct(equation.a, column, equation.Position(result.m)));
  }
  for (const Equation& equation : ones) {
    EXPECT_EQ(InnerProduct(equation.a, column, equation.Position(result.m)),
              !std::binary_search(result.rejected.begin(), result.rejected.end(), equation));
  }
}

TEST(Elimination, MakesAllZerosIndependent) {
  for (const size_t count : {1, 10, 255, 300, 3000}) {
    const std::vector<Equation> zeros = RandomEquations(count, 8);
    const Elimination result = EliminateZeros(zeros, {});
    BandSystem again;
    for (const Equation& equation : zeros) {
      EXPECT_EQ(again.Insert(equation, equation.Position(result.m), false),
                BandSystem::Insertion::kIndependent);
    }
  }
}

}  // namespace
}  // namespace crlite
