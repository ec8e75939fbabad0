// One issuer on its way into a clubcard (docs/formats.md, "Building").
//
// Terms: a block stores the *included* serials, normally the revoked ones; when more than half are
// revoked it is inverted and stores the others. The approximate columns let all included serials
// pass and some excluded ones, the *candidates*; the exact column tells these two apart, and
// candidates that it cannot are *exceptions*.
//
// The steps are called in the order in which they stand here. Those that take a part are called for
// every part of the source, at the same time from any number of threads; the result depends
// neither on that nor on the order of the serials.
#pragma once

#include <mutex>
#include <vector>

#include "cascade/builder/elimination.h"
#include "cascade/builder/labels.h"
#include "cascade/builder/universe.h"
#include "cascade/filter/clubcard.h"

namespace crlite {

class IssuerBlock {
 public:
  // Borrows `source`.
  explicit IssuerBlock(const IssuerSource& source) : source_(source) {}

  Status LoadRevoked(ReasonSet reasons, const SerialSet* previous) {
    return labels_.Load(source_, reasons, previous);
  }
  Status CountKnown(size_t part);

  // Decides rank and inversion.
  void ChooseShape();

  // Needed only if NeedsIncludedPass(): an inverted block's included serials are the known ones.
  bool NeedsIncludedPass() const { return inverted_ && num_included_ > 0; }
  Status CollectIncluded(size_t part);

  // A hash of what the block stores, for the seed of the filter.
  Sha256Digest HashIncluded() const;
  void SolveApproximate(const EliminationEffort& effort);

  // `columns` are the filter's approximate columns, in which this block begins at `offset`.
  void PlaceApproximate(uint32_t offset) { approx_offset_ = offset; }
  Status CollectCandidates(size_t part, const std::vector<BitColumn>& columns);
  void SolveExact(const EliminationEffort& effort);

  // Needed only if NeedsExceptionPass(): finds the serials of the rejected equations.
  bool NeedsExceptionPass() const { return !exact_.rejected.empty(); }
  Status CollectExceptions(size_t part);

  // The entry of the clubcard's index.
  ClubcardBlock Finish(uint32_t exact_offset);

  // Self-check: whether `clubcard` tells the truth about every known serial of the part.
  Status CheckAnswers(size_t part, const Clubcard& clubcard) const;

  const IssuerSource& source() const { return source_; }
  const Labels& labels() const { return labels_; }
  // An issuer without known serials stays out of the index.
  bool is_empty() const { return labels_.num_known() == 0; }
  uint64_t num_revoked() const { return num_revoked_; }
  uint8_t rank() const { return rank_; }
  const BandSystem& approximate() const { return approx_.system; }
  const BandSystem& exact() const { return exact_.system; }

 private:
  Equation EquationOf(Bytes serial) const {
    return Equation(MakeEquationKey(source_.issuer(), serial));
  }
  bool PassesApproximate(const Equation& equation, const std::vector<BitColumn>& columns) const;

  const IssuerSource& source_;
  Labels labels_;
  uint64_t num_revoked_ = 0;
  uint64_t num_included_ = 0;
  bool inverted_ = false;
  uint8_t rank_ = 0;
  Elimination approx_, exact_;
  uint32_t approx_offset_ = 0;

  std::mutex mutex_;  // guards the three below while parts are read
  std::vector<Equation> included_, candidates_;
  std::vector<std::vector<uint8_t>> exceptions_;
};

}  // namespace crlite
