#include "sync/source/signed_offer.h"

#include <algorithm>
#include <vector>

#include "sync/trust/changeset.h"

namespace crlite {
namespace {

Error Unavailable(const Error& error, const std::string& subject) {
  return {ErrorCode::kUnavailable, error.In(subject).message};
}

// The chains that `changeset` names, each once.
Result<std::vector<std::string>> NamedChains(const std::string& changeset) {
  Result<Changeset> parsed = ParseChangeset(changeset);
  if (!parsed.ok()) return parsed.error();
  std::vector<std::string> x5us;
  for (SignatureEntry& entry : parsed->signatures) {
    if (std::find(x5us.begin(), x5us.end(), entry.x5u) == x5us.end()) {
      x5us.push_back(std::move(entry.x5u));
    }
  }
  return x5us;
}

}  // namespace

Result<Offer> MakeSignedOffer(const Proof& proof, const Trust& trust, uint64_t now_ms) {
  Result<SignedList> list = VerifyProof(proof, trust, now_ms);
  if (!list.ok()) return list.error();
  Offer made;
  made.data_time_ms = list->timestamp_ms;
  for (SignedFile& file : list->files) made.files.push_back(std::move(file.file));
  made.proof = proof;
  return made;
}

Result<Offer> ProveChangeset(std::string changeset, const std::string& subject, const Offer* held,
                             const Trust& trust, uint64_t now_ms, const GetChain& get_chain) {
  Proof proof{std::move(changeset), {}};
  if (held != nullptr && held->proof.has_value()) {
    proof.chain = held->proof->chain;
    Result<Offer> made = MakeSignedOffer(proof, trust, now_ms);
    if (made.ok()) return made;
  }
  const Result<std::vector<std::string>> x5us = NamedChains(proof.changeset);
  if (!x5us.ok()) return Unavailable(x5us.error(), subject);
  std::optional<Error> first;
  for (const std::string& x5u : *x5us) {
    Result<std::string> chain = get_chain(x5u);
    if (!chain.ok()) {
      if (!first.has_value()) first = chain.error();
      continue;
    }
    proof.chain = std::move(*chain);
    Result<Offer> made = MakeSignedOffer(proof, trust, now_ms);
    if (made.ok()) return made;
    if (!first.has_value()) first = Unavailable(made.error(), subject);
  }
  return *first;  // a changeset names at least one chain
}

std::optional<Offer> ProveAgain(const Offer* held, const Trust& trust, uint64_t now_ms) {
  if (held == nullptr || !held->proof.has_value()) return std::nullopt;
  Result<Offer> made = MakeSignedOffer(*held->proof, trust, now_ms);
  if (!made.ok()) return std::nullopt;
  made->source = held->source;
  made->validator = held->validator;
  return std::move(*made);
}

Error NotSignedError(const std::string& spec) {
  return {ErrorCode::kUnavailable,
          spec +
              ": not signed, and signatures are required; to trust it anyway add the line "
              "\"require-signature: false\" to this source"};
}

}  // namespace crlite
