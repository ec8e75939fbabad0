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

// Whether an exemption that ends at `until_ms` (0: there is none) is in force at `now_ms`.
inline bool IsExemptionInForce(uint64_t until_ms, uint64_t now_ms) {
  return until_ms != 0 && now_ms <= until_ms;
}

}  // namespace crlite
