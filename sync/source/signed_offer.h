// Offers that are made from proofs.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cascade/base/result.h"
#include "sync/offer/offer.h"
#include "sync/trust/signed_list.h"

namespace crlite {

// The time and the files that `proof` vouches for, without source and validator. Errors are
// kMalformed.
Result<Offer> MakeSignedOffer(const Proof& proof, const Trust& trust, uint64_t now_ms);

// Fetches the chain that an x5u stands for.
using GetChain = std::function<Result<std::string>(const std::string& x5u)>;

// Finds the chain that makes a proof of `changeset`: that of `held` (nullptr: none), which mostly
// is the same, else those that the signatures name. Errors are kUnavailable: of all that was
// tried, the first; `subject` names the changeset.
Result<Offer> ProveChangeset(std::string changeset, const std::string& subject, const Offer* held,
                             const Trust& trust, uint64_t now_ms, const GetChain& get_chain);

// What `held` (nullptr: nothing) comes to today, its source and validator included; nullopt when it
// has no proof, or one that holds no more.
std::optional<Offer> ProveAgain(const Offer* held, const Trust& trust, uint64_t now_ms);

// The error of the source `spec` that has nothing signed although the configuration requires it.
Error NotSignedError(const std::string& spec);

}  // namespace crlite
