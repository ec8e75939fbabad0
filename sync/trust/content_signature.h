// Content signatures: ECDSA P-384 over a message, by a key whose certificate leads to a pinned
// root (docs/formats.md, "Content signature"; Mozilla's "contentsignaturepki").
#pragma once

#include <span>
#include <string_view>

#include "cascade/base/result.h"
#include "cascade/reader/bytes.h"
#include "cascade/reader/sha256.h"

namespace crlite {

// SHA-256 of the DER of the root that signs Firefox's production data, valid until 2200.
extern const Sha256Digest kProductionRoot;

// The DNS name that the certificate must carry which signs collections of the bucket
// security-state.
inline constexpr char kSecurityStateSigner[] = "onecrl.content-signature.mozilla.org";

struct ContentSignature {
  std::string_view signature;  // base64url: r and s of 48 bytes each, big-endian
  std::string_view chain;      // PEM: the signer first, the others in any order, the root included
};

// Checks, at `now_ms`: every certificate's validity; signatures of SHA-256, 384 or 512 up to a root
// whose hash is in `roots`; RSA keys of at least 2048 bits, or P-256, 384, 521; code signing
// wherever an extended key usage is given, and given in the signer's; a DNS name equal to
// `signer_name` in the signer's subject alternative names (the common name counts for nothing); a
// P-384 signer's key; and the signature over `message`. Errors are kMalformed and name the first
// thing that is wrong.
Status VerifyContentSignature(Bytes message, const ContentSignature& signature,
                              std::string_view signer_name, std::span<const Sha256Digest> roots,
                              uint64_t now_ms);

}  // namespace crlite
