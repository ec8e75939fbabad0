#include "cascade/reader/exemption.h"

#include "cascade/reader/sha256.h"

namespace crlite {
namespace {

ExemptionKey KeyOf(uint8_t kind, Bytes first, Bytes second) {
  Sha256 hash;
  hash.Update({&kind, 1});
  hash.Update(first);
  hash.Update(second);
  ExemptionKey key;
  memcpy(key.bytes, hash.Final().bytes, kHashSize);
  return key;
}

}  // namespace

ExemptionKey CertificateExemptionKey(const IssuerSpkiHash& issuer, Bytes serial) {
  return KeyOf(1, issuer.bytes, serial);
}

ExemptionKey LeafKeyExemptionKey(const uint8_t leaf_spki_hash[kHashSize]) {
  return KeyOf(2, {leaf_spki_hash, kHashSize}, {});
}

}  // namespace crlite
