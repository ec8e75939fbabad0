// The form in which the state directory keeps an offer: incoming/offer.json (fetched, not yet in
// force) and filters/current.json (in force). docs/formats.md, "Lists".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cascade/base/result.h"
#include "sync/offer/offer.h"

namespace crlite {

// The documents of a proof, which lie beside the list, named by their hashes like the filters.
struct ProofFiles {
  OfferedFile changeset, chain;
};
ProofFiles DescribeProof(const Proof& proof);

// An offer without its proof, which is to be read from `proof_files`.
struct StoredOffer {
  Offer offer;
  std::optional<ProofFiles> proof_files;
};

std::string OfferToText(const Offer& offer);
// Hostile bytes in. Errors are kMalformed.
Result<StoredOffer> OfferFromText(std::string_view text);

}  // namespace crlite
