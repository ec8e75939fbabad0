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

  Status LoadRevoked(const Labels::Options& options) { return labels_.Load(source_, options); }
  Status CountKnown(size_t part);

  // Decides rank and inversion.
  void ChooseShape();

  // Needed only if NeedsIncludedPass(): an inverted block's included serials are the known ones.
  bool NeedsIncludedPass() const { return inverted_ && num_included_ > 0; }
  Status CollectIncluded(size_t part);
  void FinishIncluded();

  // A hash of what the block stores, for the seed of the filter.
  Sha256Digest HashIncluded() const;

  // The approximate columns: eliminated, solved for every column k < rank(), placed.
  void EliminateApproximate(const EliminationEffort& effort, unsigned threads);
  const BandSystem& approximate() const { return approx_.system; }
  void DropApproximate() { approx_.system = BandSystem(); }
  void PlaceApproximate(uint32_t offset) { approx_offset_ = offset; }

  // The exact column. `columns` are the filter's approximate ones.
  Status CollectCandidates(size_t part, const std::vector<BitColumn>& columns);
  void EliminateExact(const EliminationEffort& effort, unsigned threads);
  const BandSystem& exact() const { return exact_.system; }
  void DropExact() { exact_.system = BandSystem(); }
  void PlaceExact(uint32_t offset) { exact_offset_ = offset; }

  // Needed only if NeedsExceptionPass(): finds the serials of the rejected equations.
  bool NeedsExceptionPass() const { return !exact_.rejected.empty(); }
  Status CollectExceptions(size_t part);

  // The entry of the clubcard's index.
  ClubcardBlock Finish();

  // Self-check of one part: `clubcard` calls none but revoked serials revoked. How many it does is
  // counted: HasRightCount then tells whether these were all. A failure names a serial.
  Status CheckAnswers(size_t part, const Clubcard& clubcard);
  bool HasRightCount() const { return num_revoked_answers_ == labels_.num_revoked_marks(); }
  // Finds a revoked serial of the part that `clubcard` does not call revoked.
  Status FindMissing(size_t part, const Clubcard& clubcard) const;

  const IssuerSource& source() const { return source_; }
  const Labels& labels() const { return labels_; }
  // An issuer without known serials stays out of the index.
  bool is_empty() const { return labels_.num_known() == 0; }
  uint64_t num_known() const { return labels_.num_known(); }
  uint64_t num_revoked() const { return labels_.revoked().size(); }
  uint8_t rank() const { return rank_; }
  // The number of equations in a column of each stage, the exact one's as is to be expected.
  size_t num_approximate() const { return rank_ == 0 ? 0 : included().size(); }
  size_t num_exact() const;

 private:
  // Ascending, once FinishIncluded has run.
  std::span<const Equation> included() const {
    return inverted_ ? std::span<const Equation>(good_) : labels_.revoked();
  }
  bool PassesApproximate(const Equation& equation, const std::vector<BitColumn>& columns) const;

  const IssuerSource& source_;
  Labels labels_;
  uint64_t num_included_ = 0;
  bool inverted_ = false;
  uint8_t rank_ = 0;
  Elimination approx_, exact_;
  uint32_t approx_offset_ = 0, exact_offset_ = 0;
  std::atomic<uint64_t> num_revoked_answers_ = 0;

  std::mutex mutex_;            // guards the three below while parts are read
  std::vector<Equation> good_;  // of an inverted block
  std::vector<Equation> candidates_;
  std::vector<std::vector<uint8_t>> exceptions_;
};

}  // namespace crlite
