// A stash: the list of revocations that was sent between two Bloom cascades (docs/formats.md,
// "Stash").
#pragma once

#include <map>

#include "cascade/filter/clubcard.h"

namespace crlite {

class Stash final : public Filter {
 public:
  size_t file_size = 0;
  std::map<IssuerSpkiHash, SerialList> revoked;

  // Revoked when listed, else NotCovered: a stash says nothing about other certificates.
  FilterStatus Ask(const Query& query) const override;
  FilterDescription Describe() const override;
};

// Messages as in filter.h.
Result<std::unique_ptr<Stash>> ReadStash(Bytes content);

}  // namespace crlite
