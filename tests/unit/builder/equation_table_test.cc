#include "cascade/builder/equation_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cascade/builder/labels.h"
#include "tests/unit/builder/memory_universe.h"

namespace crlite {
namespace {

Equation EquationOf(const IssuerSource& source, const Serial& serial) {
  return Equation(MakeEquationKey(source.issuer(), serial));
}

TEST(EquationTable, FindsWhatItHoldsAndNothingElse) {
  for (const size_t count : {0, 1, 2, 9, 5000}) {
    const auto issuer = RandomIssuer(1, 2 * count, 0);
    EquationTable table;
    for (size_t i = 0; i < count; ++i) table.Add(EquationOf(*issuer, issuer->known[i]));
    for (size_t i = 0; i < count; i += 3) table.Add(EquationOf(*issuer, issuer->known[i]));
    table.Seal();
    EXPECT_EQ(table.size(), count);
    EXPECT_TRUE(std::is_sorted(table.equations().begin(), table.equations().end()));
    for (size_t i = 0; i < 2 * count; ++i) {
      const Equation equation = EquationOf(*issuer, issuer->known[i]);
      const size_t place = table.Find(equation);
      ASSERT_EQ(place != EquationTable::kNone, i < count) << i;
      if (i >= count) continue;
      EXPECT_EQ(table.equations()[place], equation);
    }
  }
}

TEST(EquationTable, KeepsWhatWasMarked) {
  const auto issuer = RandomIssuer(1, 1000, 0);
  EquationTable table;
  for (const Serial& serial : issuer->known) table.Add(EquationOf(*issuer, serial));
  table.Seal();
  for (size_t i = 0; i < 1000; i += 4) {
    table.Mark(table.Find(EquationOf(*issuer, issuer->known[i])));
  }
  table.KeepMarked();
  EXPECT_EQ(table.size(), 250u);
  for (size_t i = 0; i < 1000; ++i) {
    const size_t place = table.Find(EquationOf(*issuer, issuer->known[i]));
    ASSERT_EQ(place != EquationTable::kNone, i % 4 == 0) << i;
  }
}

TEST(Labels, ForgetsOldAndUnknownRevocations) {
  const auto issuer = RandomIssuer(1, 300, 100);
  issuer->revoked.push_back({1, {1, 2, 3}});  // unknown
  SerialSet previous;
  for (size_t i = 0; i < 60; ++i) previous.Insert(issuer->known[i]);
  Labels labels;
  ASSERT_TRUE(labels.Load(*issuer, {ReasonSet::kAll, &previous, true}).ok());
  const std::vector<Bytes> known(issuer->known.begin(), issuer->known.end());
  labels.Mark(known);
  labels.Finish();
  EXPECT_EQ(labels.num_known(), 300u);
  EXPECT_EQ(labels.num_revoked_marks(), 40u);
  EXPECT_EQ(labels.revoked().size(), 40u);
  for (size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(labels.IsRevoked(EquationOf(*issuer, issuer->known[i])), i >= 60 && i < 100) << i;
  }
  const Result<SerialSet> all = labels.RevokedAndOld();
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 100u);
}

}  // namespace
}  // namespace crlite
