// One fetch from one source: what it offers is judged, and what is missing is brought.
#pragma once

#include <vector>

#include "sync/source/source.h"
#include "sync/store/filter_store.h"
#include "sync/verbs.h"

namespace crlite {

class SourceFetch {
 public:
  // All must outlive this.
  SourceFetch(FilterStore* store, const Acceptance& acceptance, const SyncOptions& options,
              Console* console)
      : store_(store), acceptance_(acceptance), options_(options), console_(console) {}

  // Returns the offer that incoming/ then holds with all its files, each of them a clubcard.
  // `held`: what the same source gave last, or nullptr. Failures of the source are kUnavailable.
  Result<Offer> Run(Source* source, const Offer* held);

 private:
  void KeepOnlyWanted(const Offer& offer);
  // Indices into offer.files, ascending.
  std::vector<size_t> NotInForce(const Offer& offer) const;
  // Those of them that incoming/ lacks as well.
  std::vector<size_t> Missing(const Offer& offer, const std::vector<size_t>& not_in_force) const;
  void SayPlan(const Offer& offer, const std::vector<size_t>& missing) const;
  Status CheckPublishable(const Offer& offer, const std::vector<size_t>& not_in_force) const;

  FilterStore* store_;
  const Acceptance& acceptance_;
  const SyncOptions& options_;
  Console* console_;
};

}  // namespace crlite
