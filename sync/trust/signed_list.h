// From a proof to the files that it vouches for.
#pragma once

#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "sync/offer/proof.h"
#include "sync/trust/filter_chain.h"

namespace crlite {

// Whom to believe about what.
struct Trust {
  std::vector<Sha256Digest> roots;  // SHA-256 of their DER
  std::string channel;
};

struct SignedList {
  uint64_t timestamp_ms = 0;  // of the collection, at most a day after `now_ms`
  std::vector<SignedFile> files;
};

// Verifies one of the changeset's signatures with the chain, and selects the channel's filters only
// then. The list obeys the limits of an Offer (offer.h). Errors are kMalformed.
Result<SignedList> VerifyProof(const Proof& proof, const Trust& trust, uint64_t now_ms);

}  // namespace crlite
