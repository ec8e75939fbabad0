#include "provider/spki.h"

#include "cascade/reader/der.h"
#include "cascade/reader/sha256.h"

namespace crlite {
namespace {

// Larger keys than this are nobody's in the public WebPKI (RSA-16384 has 2.1 kB).
constexpr size_t kMaxSpkiSize = 16 * 1024;

// What a usual key has at most; RSA-8192 has 1,038 bytes, identifiers of algorithms 5 to 9.
constexpr size_t kMaxBits = 1040;
constexpr size_t kMaxObjectId = 40;

constexpr size_t kMaxHeaderSize = 4;
constexpr uint8_t kNull = 0x05;

// These two write at `out` and return the end of what they wrote; null for what is unusual.

uint8_t* PutObjectId(const Libcrypto& api, const ASN1_OBJECT* object, uint8_t* out) {
  const size_t size = api.OBJ_length(object);
  if (size == 0 || size > kMaxObjectId) return nullptr;
  *out++ = der::kOid;
  *out++ = static_cast<uint8_t>(size);
  memcpy(out, api.OBJ_get0_data(object), size);
  return out + size;
}

// An identifier alone (Ed25519), with NULL (RSA), or with another identifier (a curve).
uint8_t* PutAlgorithm(const Libcrypto& api, const X509_ALGOR* algorithm, uint8_t* out) {
  const ASN1_OBJECT* object = nullptr;
  const void* value = nullptr;
  int type = V_ASN1_UNDEF;
  api.X509_ALGOR_get0(&object, &type, &value, algorithm);
  uint8_t* const content = out + 2;
  uint8_t* end = PutObjectId(api, object, content);
  if (end == nullptr) return nullptr;
  if (type == V_ASN1_NULL) {
    *end++ = kNull;
    *end++ = 0;
  } else if (type == V_ASN1_OBJECT) {
    end = PutObjectId(api, static_cast<const ASN1_OBJECT*>(value), end);
    if (end == nullptr) return nullptr;
  } else if (type != V_ASN1_UNDEF) {
    return nullptr;
  }
  out[0] = der::kSequence;
  out[1] = static_cast<uint8_t>(end - content);  // two identifiers are less than 128 bytes
  return end;
}

// Writes the header of a SEQUENCE before its content and returns where it begins.
uint8_t* PutSequenceHeader(uint8_t* content, size_t size) {
  uint8_t* begin = content;
  *--begin = static_cast<uint8_t>(size);
  if (size > 0xff) *--begin = static_cast<uint8_t>(size >> 8);
  if (size > 0x7f) *--begin = size > 0xff ? 0x82 : 0x81;
  *--begin = der::kSequence;
  return begin;
}

// False for what is unusual.
bool HashUsualSpki(const Libcrypto& api, const X509* certificate, const X509_PUBKEY* key,
                   Sha256Digest* out) {
  X509_ALGOR* algorithm = nullptr;
  if (api.X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &algorithm, key) != 1) return false;
  const ASN1_BIT_STRING* const bits = api.X509_get0_pubkey_bitstr(certificate);
  const int size = api.ASN1_STRING_length(bits);
  if (size < 0 || static_cast<size_t>(size) > kMaxBits) return false;

  // The algorithm's header, two identifiers with theirs, the bits with theirs and the number of
  // unused ones.
  uint8_t der[kMaxHeaderSize + 2 + 2 * (2 + kMaxObjectId) + kMaxHeaderSize + 1 + kMaxBits];
  uint8_t* const content = der + kMaxHeaderSize;
  uint8_t* end = PutAlgorithm(api, algorithm, content);
  // How many bits are unused libcrypto tells in no other way.
  if (end == nullptr || api.i2d_ASN1_BIT_STRING(bits, &end) <= 0) return false;
  *out = Sha256::Hash(Bytes(PutSequenceHeader(content, static_cast<size_t>(end - content)), end));
  return true;
}

// Not inlined: its buffer is large.
__attribute__((noinline)) bool HashAnySpki(const Libcrypto& api, const X509_PUBKEY* key,
                                           Sha256Digest* out) {
  const int size = api.i2d_X509_PUBKEY(key, nullptr);
  if (size <= 0 || static_cast<size_t>(size) > kMaxSpkiSize) return false;
  uint8_t der[kMaxSpkiSize];
  uint8_t* end = der;
  if (api.i2d_X509_PUBKEY(key, &end) != size) return false;
  *out = Sha256::Hash(Bytes(der, static_cast<size_t>(size)));
  return true;
}

}  // namespace

bool HashSpki(const Libcrypto& api, const X509* certificate, uint8_t out[kHashSize]) {
  const X509_PUBKEY* const key = api.X509_get_X509_PUBKEY(certificate);
  if (key == nullptr) return false;
  Sha256Digest digest;
  if (!HashUsualSpki(api, certificate, key, &digest) && !HashAnySpki(api, key, &digest)) {
    return false;
  }
  memcpy(out, digest.bytes, kHashSize);
  return true;
}

}  // namespace crlite
