// Certificates that the administrator lets through for a while, whatever the data says of them.
//
// Freestanding. What is exempt is known by a hash alone, so that a snapshot names nobody
// (docs/snapshot-format.md, "Section 8").
#pragma once

#include "cascade/reader/query.h"

namespace crlite {

struct ExemptionKey {
  uint8_t bytes[kHashSize];
  friend bool operator==(const ExemptionKey& a, const ExemptionKey& b) {
    return memcmp(a.bytes, b.bytes, kHashSize) == 0;
  }
  friend bool operator<(const ExemptionKey& a, const ExemptionKey& b) {
    return memcmp(a.bytes, b.bytes, kHashSize) < 0;
  }
};

// One certificate: SHA-256 of the octet 1, the issuer's SPKI hash, the serial's content octets.
ExemptionKey CertificateExemptionKey(const IssuerSpkiHash& issuer, Bytes serial);

// All certificates of one key: SHA-256 of the octet 2 and the SHA-256 of the leaf's whole
// SubjectPublicKeyInfo.
ExemptionKey LeafKeyExemptionKey(const uint8_t leaf_spki_hash[kHashSize]);

}  // namespace crlite
