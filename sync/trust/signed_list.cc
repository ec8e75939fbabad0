#include "sync/trust/signed_list.h"

#include <fmt/format.h>

#include "sync/trust/changeset.h"
#include "sync/trust/content_signature.h"

namespace crlite {
namespace {

// Of several signatures one is enough: servers give a second one while keys change.
Status VerifyAnySignature(const Changeset& changeset, const std::string& chain, const Trust& trust,
                          uint64_t now_ms) {
  const Result<std::string> message = SignedMessage(changeset);
  if (!message.ok()) return message.error();
  const Bytes bytes(reinterpret_cast<const uint8_t*>(message->data()), message->size());
  Status first;
  for (const SignatureEntry& entry : changeset.signatures) {
    Status verified = VerifyContentSignature(bytes, {entry.signature, chain}, kSecurityStateSigner,
                                             trust.roots, now_ms);
    if (verified.ok()) return verified;
    if (first.ok()) first = std::move(verified);
  }
  const size_t count = changeset.signatures.size();
  if (count == 1) return first;
  return first.error().In(fmt::format("none of {} signatures, the first one", count));
}

}  // namespace

Result<SignedList> VerifyProof(const Proof& proof, const Trust& trust, uint64_t now_ms) {
  const Result<Changeset> changeset = ParseChangeset(proof.changeset);
  if (!changeset.ok()) return changeset.error().In("changeset");
  if (Status verified = VerifyAnySignature(*changeset, proof.chain, trust, now_ms);
      !verified.ok()) {
    return verified.error();
  }
  if (Status checked = CheckNotInFuture(changeset->timestamp_ms, now_ms); !checked.ok()) {
    return checked.error().In("changeset");
  }
  Result<std::vector<SignedFile>> files = BuildFilterChain(changeset->records, trust.channel);
  if (!files.ok()) return files.error();
  return SignedList{changeset->timestamp_ms, std::move(*files)};
}

}  // namespace crlite
