// The question that a verified chain asks, taken from libcrypto's decoded certificates: the same
// fields that ParseCertificate (cascade/reader/certificate.h) takes from DER.
//
// Freestanding. Reads the certificates only; libcrypto caches nothing in them on our account.
#pragma once

#include "cascade/live/finding.h"
#include "provider/binding.h"

namespace crlite {

// Fills *out from the context's chain. Reason::kFilters when the filters are to be asked; every
// other reason is decided before any data (docs/architecture.md, "The verdict") and leaves *out
// incomplete. `now`: seconds since the epoch, for contexts without a verification time of their
// own.
Reason AskAboutLeaf(const Libcrypto& api, X509_STORE_CTX* ctx, int64_t now, LeafQuestion* out);

// SHA-256 of the whole SubjectPublicKeyInfo of the chain's first certificate. Only for a context
// for which AskAboutLeaf gave kFilters.
[[nodiscard]] bool HashLeafKey(const Libcrypto& api, X509_STORE_CTX* ctx, uint8_t out[kHashSize]);

// Its parts, for tests.
[[nodiscard]] bool CopySerial(const Libcrypto& api, const X509* certificate, LeafQuestion* out);
[[nodiscard]] bool HashIssuerKey(const Libcrypto& api, const X509* issuer, IssuerSpkiHash* out);
Reason ReadScts(const Libcrypto& api, const X509* certificate, SctList* out);
[[nodiscard]] bool ReadValidity(const Libcrypto& api, const X509* certificate, int64_t* not_before,
                                int64_t* not_after);

}  // namespace crlite
