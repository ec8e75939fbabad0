#include "tests/bench/questions.h"

#include <algorithm>
#include <functional>
#include <random>

#include "tests/bench/synthetic_universe.h"

namespace crlite::bench {
namespace {

constexpr size_t kQuestions = 4096;  // of each kind: more than any branch predictor can learn
constexpr size_t kAttempts = 100;    // for each of them

class Maker {
 public:
  Maker(const BenchSet& set, const Snapshot& all)
      : set_(set), all_(all), scts_(SctsCoveredByAll(set)) {
    for (const SetIssuer& issuer : set.issuers) cumulative_.push_back(total_ += issuer.known);
  }

  const SetIssuer& Largest() { return set_.issuers[0]; }
  const SetIssuer& Mixed() {
    if (random_() % 2 == 0) return set_.issuers[random_() % set_.issuers.size()];
    const auto at = std::ranges::upper_bound(cumulative_, random_() % total_);
    return set_.issuers[static_cast<size_t>(at - cumulative_.begin())];
  }

  // Questions about the serials first(issuer) .. last(issuer)-1 of issuers that `choose` gives,
  // whose answer is this one.
  struct Wanted {
    Outcome outcome;
    uint16_t filter = Verdict::kNone;  // kNone: any
  };
  using Choose = std::function<const SetIssuer&()>;
  using Bound = std::function<uint64_t(const SetIssuer&)>;
  std::vector<Question> Make(const Choose& choose, const Bound& first, const Bound& last,
                             Wanted wanted) {
    std::vector<Question> out;
    for (size_t i = 0; i < kQuestions * kAttempts && out.size() < kQuestions; ++i) {
      const SetIssuer& issuer = choose();
      const uint64_t begin = first(issuer), end = last(issuer);
      if (begin >= end) continue;
      const auto serial = MakeSerial(issuer.number, begin + random_() % (end - begin));
      Question question{issuer.hash, {serial.begin(), serial.end()}, scts_};
      const Verdict verdict = all_.Check(question.AsQuery());
      const bool is_wanted = verdict.outcome == wanted.outcome &&
                             (wanted.filter == Verdict::kNone || verdict.filter == wanted.filter);
      if (is_wanted) out.push_back(std::move(question));
    }
    return out;
  }

 private:
  const BenchSet& set_;
  const Snapshot& all_;
  const std::vector<Sct> scts_;
  std::vector<uint64_t> cumulative_;
  uint64_t total_ = 0;
  std::mt19937_64 random_{1};
};

}  // namespace

std::vector<Sct> SctsCoveredByAll(const BenchSet& set) {
  std::vector<Sct> scts;
  for (const CoverageInterval& first : set.clubcards[0]->coverage) {
    uint64_t low = first.low_ms, high = first.high_ms;
    for (const auto& clubcard : set.clubcards) {
      const auto same = std::ranges::find(clubcard->coverage, first.log, &CoverageInterval::log);
      const bool is_there = same != clubcard->coverage.end();
      low = is_there ? std::max(low, same->low_ms) : UINT64_MAX;
      high = is_there ? std::min(high, same->high_ms) : 0;
    }
    if (low <= high && scts.size() < 3) scts.push_back({first.log, low + (high - low) / 2});
  }
  return scts;
}

std::vector<QuestionKind> MakeQuestions(const BenchSet& set, const Snapshot& all) {
  Maker maker(set, all);
  const Maker::Choose largest = [&]() -> const SetIssuer& { return maker.Largest(); };
  const Maker::Choose mixed = [&]() -> const SetIssuer& { return maker.Mixed(); };
  const Maker::Bound zero = [](const SetIssuer&) { return 0; };
  const Maker::Bound revoked = [](const SetIssuer& issuer) { return issuer.revoked; };
  const Maker::Bound known = [](const SetIssuer& issuer) { return issuer.known; };
  const Maker::Wanted not_revoked{Outcome::kNotRevoked};
  const Maker::Wanted in_base{Outcome::kRevoked, 0};
  const Maker::Wanted in_last{Outcome::kRevoked, static_cast<uint16_t>(set.clubcards.size() - 1)};
  // What the deltas have taken is less than what the base filter had.
  const Maker::Bound in_deltas = [](const SetIssuer& issuer) {
    return std::min(issuer.known, 2 * issuer.revoked);
  };
  return {
      {"not_revoked_largest", maker.Make(largest, revoked, known, not_revoked)},
      {"not_revoked_mixed", maker.Make(mixed, revoked, known, not_revoked)},
      {"revoked_base_largest", maker.Make(largest, zero, revoked, in_base)},
      {"revoked_base_mixed", maker.Make(mixed, zero, revoked, in_base)},
      {"revoked_last_largest", maker.Make(largest, revoked, in_deltas, in_last)},
  };
}

}  // namespace crlite::bench
