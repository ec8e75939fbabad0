#include "cascade/filter/filter_set.h"

#include <algorithm>

namespace crlite {
namespace {

// Check takes the smallest outcome that any filter gives.
static_assert(Outcome::kRevoked < Outcome::kNotRevoked &&
              Outcome::kNotRevoked < Outcome::kNotEnrolled &&
              Outcome::kNotEnrolled < Outcome::kNotCovered);

}  // namespace

void FilterSet::Add(std::string name, std::unique_ptr<Filter> filter) {
  filters_.push_back({std::move(name), std::move(filter)});
}

Verdict FilterSet::Check(const Query& query) const {
  if (filters_.empty()) return {Outcome::kNoData, Reason::kNoSnapshot};
  Verdict verdict{Outcome::kNotCovered, Reason::kFilters};
  for (size_t i = 0; i < filters_.size(); ++i) {
    const Outcome outcome = OutcomeOf(filters_[i].filter->Ask(query));
    if (outcome >= verdict.outcome) continue;
    verdict.outcome = outcome;
    const bool speaks = outcome == Outcome::kRevoked || outcome == Outcome::kNotRevoked;
    if (speaks) verdict.filter = static_cast<uint16_t>(std::min<size_t>(i, Verdict::kNone));
    if (outcome == Outcome::kRevoked) break;
  }
  if (verdict.outcome != Outcome::kNotCovered) verdict.sct = FirstCovered(query.scts);
  return verdict;
}

uint16_t FilterSet::FirstCovered(std::span<const Sct> scts) const {
  for (size_t i = 0; i < scts.size(); ++i) {
    const auto covers = [&](const Named& named) { return named.filter->Covers(scts[i]); };
    if (std::any_of(filters_.begin(), filters_.end(), covers)) return static_cast<uint16_t>(i);
  }
  return Verdict::kNone;
}

}  // namespace crlite
