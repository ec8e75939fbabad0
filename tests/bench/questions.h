// Questions about a set whose answers are known to be of one kind, so that each kind can be timed
// alone.
#pragma once

#include <string>
#include <vector>

#include "cascade/reader/snapshot.h"
#include "tests/bench/bench_set.h"

namespace crlite::bench {

// Owns what a Query borrows. Its three SCTs are covered by all filters of the set: the worst case,
// as every filter has to be asked.
struct Question {
  IssuerSpkiHash issuer;
  std::vector<uint8_t> serial;
  std::vector<Sct> scts;

  Query AsQuery() const { return {issuer, serial, scts}; }
};

// `largest`: of the issuer with the most certificates, which has a block in every filter. `mixed`:
// half of them of certificates drawn from all, half of issuers drawn from all.
struct QuestionKind {
  const char* name;  // as in the results and in questions.tsv
  std::vector<Question> questions;
};

// The kinds, in this order: "not_revoked_largest", "not_revoked_mixed", "revoked_base_largest",
// "revoked_base_mixed", "revoked_last_largest" (in the last filter alone). Every answer was checked
// in `all`, the snapshot of all filters. A kind that the set does not have is empty.
std::vector<QuestionKind> MakeQuestions(const BenchSet& set, const Snapshot& all);

// Three SCTs that all clubcards cover; empty when there are none.
std::vector<Sct> SctsCoveredByAll(const BenchSet& set);

}  // namespace crlite::bench
