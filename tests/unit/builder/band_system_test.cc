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

BandSystem::Insertion Insert(BandSystem* system, const Equation& equation, uint64_t position,
                             bool value) {
  BandRow row(equation, position, value);
  return system->Insert(&row);
}

BitColumn Solve(const BandSystem& system, RandomBits* random) {
  GrowingColumn column;
  system.Solve(random, &column);
  return column.Take();
}

TEST(BandSystem, CountsWholeZeroLimbsWhenItShifts) {
  // The sum of the two has its first coefficient in the third limb.
  const Equation first = MakeEquation(1, 0, 1 << 3, 1 << 5), second = MakeEquation(1, 0, 0, 1);
  BandSystem system(100);
  EXPECT_EQ(Insert(&system, first, 10, false), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(Insert(&system, second, 10, true), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(system.num_rows(), 10u + 128 + 3 + 1);
  const BitColumn column = Solve(system, nullptr);
  EXPECT_FALSE(InnerProduct(first.a, column, 10));
  EXPECT_TRUE(InnerProduct(second.a, column, 10));
}

TEST(BandSystem, ShiftsByExactlyWholeLimbs) {
  const Equation first = MakeEquation(1, 1, 0, 0), second = MakeEquation(1, 0, 0, 0);
  BandSystem system(100);
  EXPECT_EQ(Insert(&system, first, 0, false), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(Insert(&system, second, 0, true), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(system.num_rows(), 65u);
}

TEST(BandSystem, TellsRedundantFromInconsistent) {
  const Equation first = MakeEquation(5, 0, 0, 7), second = MakeEquation(3, 9, 0, 0);
  BandSystem system(100);
  EXPECT_EQ(Insert(&system, first, 1, true), BandSystem::Insertion::kIndependent);
  EXPECT_EQ(Insert(&system, second, 1, true), BandSystem::Insertion::kIndependent);
  const Equation sum = MakeEquation(6, 9, 0, 7);
  EXPECT_EQ(Insert(&system, sum, 1, false), BandSystem::Insertion::kRedundant);
  EXPECT_EQ(Insert(&system, sum, 1, true), BandSystem::Insertion::kInconsistent);
}

TEST(BandSystem, SolvesEveryEquationItTook) {
  const std::vector<Equation> equations = RandomEquations(3000, 1);
  constexpr uint32_t kPositions = 2800;
  BandSystem system(kPositions);
  std::vector<bool> taken;
  for (size_t i = 0; i < equations.size(); ++i) {
    taken.push_back(Insert(&system, equations[i], equations[i].Position(kPositions), i % 3 == 0) !=
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
  BandSystem system(1);
  for (const Equation& equation : equations) Insert(&system, equation, 0, false);
  GrowingColumn behind, column;
  for (int bit = 0; bit < 400; ++bit) {
    behind.Push(bit % 3 == 0);
    column.Push(bit % 3 == 0);
  }
  system.Solve(nullptr, &column);
  EXPECT_EQ(column.size(), 400 + system.num_rows());
  const BitColumn solved = column.Take(), tail = behind.Take();
  for (const Equation& equation : equations) EXPECT_FALSE(InnerProduct(equation.a, solved, 0));
  const size_t num_rows = system.num_rows();
  for (uint64_t bit = 0; bit < 400; ++bit) {
    const uint64_t at = bit + num_rows;
    EXPECT_EQ(solved[at / 64] >> at % 64 & 1, tail[bit / 64] >> bit % 64 & 1) << bit;
  }
}

TEST(BandSystem, GivesBackWhatGetsToTheLimit) {
  const std::vector<Equation> equations = RandomEquations(200, 9);
  BandSystem whole(300), limited(300);
  size_t num_beyond = 0;
  for (const Equation& equation : equations) {
    const uint64_t position = equation.Position(100);
    EXPECT_EQ(Insert(&whole, equation, position, true), BandSystem::Insertion::kIndependent);
    BandRow row(equation, position, true);
    if (limited.Insert(&row, 100) == BandSystem::Insertion::kIndependent) continue;
    EXPECT_GE(row.position, 100u);
    EXPECT_LE(limited.num_rows(), 100u + num_beyond * 300);
    EXPECT_EQ(limited.Insert(&row), BandSystem::Insertion::kIndependent);
    ++num_beyond;
  }
  EXPECT_GT(num_beyond, 50u);
  EXPECT_EQ(limited.num_rows(), whole.num_rows());
}

TEST(GrowingColumn, ReadsFromTheLastBitPushedToTheFirst) {
  GrowingColumn column;
  for (int bit = 0; bit < 130; ++bit) column.Push(bit == 0 || bit == 127 || bit == 129);
  EXPECT_EQ(column.front()[0], 5u);
  EXPECT_EQ(column.front()[2], uint64_t{1} << 1);
  EXPECT_EQ(column.Take(), (BitColumn{5, 0, 2}));
}

TEST(GrowingColumn, DropsZeroWordsAtTheEnd) {
  GrowingColumn column;
  for (int bit = 0; bit < 200; ++bit) column.Push(bit == 150);
  EXPECT_EQ(column.Take(), (BitColumn{uint64_t{1} << 49}));
}

TEST(RandomBits, GivesEveryNumberItsOwnStream) {
  RandomBits first(Sha256::Hash({}), 0), again(Sha256::Hash({}), 0), second(Sha256::Hash({}), 1);
  const uint64_t word = first.NextWord();
  EXPECT_EQ(word, again.NextWord());
  EXPECT_NE(word, second.NextWord());
}

TEST(Elimination, RaisesTheNumberOfPositionsUntilNothingIsRejected) {
  std::vector<Equation> zeros = RandomEquations(500, 4), ones = RandomEquations(700, 5);
  const Elimination once = EliminateExactly(zeros, ones, {-0.07, 1}, 1);
  ASSERT_FALSE(once.rejected.empty()) << "the first attempt was to fail";
  const Elimination retried = EliminateExactly(zeros, ones, {-0.07, 64}, 1);
  EXPECT_TRUE(retried.rejected.empty());
  EXPECT_GT(retried.m, once.m);
}

TEST(Elimination, RejectsOnlyOnes) {
  std::vector<Equation> zeros = RandomEquations(2000, 6), ones = RandomEquations(1000, 7);
  std::sort(ones.begin(), ones.end());
  const Elimination result = EliminateExactly(zeros, ones, {-0.3, 1}, 1);
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
    const Elimination result = EliminateZeros(zeros, {}, 1);
    BandSystem again(result.m);
    for (const Equation& equation : zeros) {
      EXPECT_EQ(Insert(&again, equation, equation.Position(result.m), false),
                BandSystem::Insertion::kIndependent);
    }
  }
}

TEST(Elimination, GivesFewEquationsNoRowToSpare) {
  for (const size_t count : {1, 20, 50, 100, 150, 200, 255, 300, 1000}) {
    size_t num_spare_rows = 0;
    for (uint64_t seed = 10; seed < 20; ++seed) {
      const Elimination result = EliminateZeros(RandomEquations(count, seed), {}, 1);
      num_spare_rows += result.system.num_rows() - count;
    }
    EXPECT_LE(num_spare_rows, 1u) << count << " equations, ten times";
  }
}

TEST(Elimination, DoesNotDependOnTheNumberOfThreads) {
  const std::vector<Equation> equations = RandomEquations(300'000, 11);
  const auto zeros = std::span(equations).first(150'000),
             ones = std::span(equations).subspan(150'000);
  const EliminationEffort too_little = {-0.02,
                                        1};  // the order of insertion shows in what is rejected
  const Elimination alone = EliminateExactly(zeros, ones, too_little, 1);
  const Elimination shared = EliminateExactly(zeros, ones, too_little, 3);
  EXPECT_GT(alone.rejected.size(), 100u);
  EXPECT_EQ(alone.rejected, shared.rejected);
  const BitColumn column = Solve(alone.system, nullptr);
  EXPECT_EQ(column, Solve(shared.system, nullptr));
  for (const Equation& equation : zeros) {
    ASSERT_FALSE(InnerProduct(equation.a, column, equation.Position(alone.m)));
  }
  size_t num_wrong = 0;
  for (const Equation& equation : ones) {
    num_wrong += InnerProduct(equation.a, column, equation.Position(alone.m)) ? 0 : 1;
  }
  EXPECT_LE(num_wrong, alone.rejected.size());
}

}  // namespace
}  // namespace crlite
