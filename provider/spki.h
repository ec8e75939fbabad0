// SHA-256 of the public key in a certificate that libcrypto has decoded.
//
// Freestanding. Reads the certificate only; libcrypto caches nothing in it on our account.
#pragma once

#include "cascade/reader/bytes.h"
#include "provider/binding.h"

namespace crlite {

// SHA-256 of the certificate's whole SubjectPublicKeyInfo: of what i2d_X509_PUBKEY writes, which is
// slow, as it must be called a first time for the size. For keys as they are in use, the same bytes
// are put together from their parts. False when there is no key, or one of more than 16 KiB.
[[nodiscard]] bool HashSpki(const Libcrypto& api, const X509* certificate, uint8_t out[kHashSize]);

}  // namespace crlite
