// The hash of a key that is put together from its parts: of the bytes of i2d_X509_PUBKEY, always.
#include "provider/spki.h"

#include <gtest/gtest.h>

#include "cascade/base/hex.h"
#include "cascade/reader/sha256.h"
#include "tests/hook/bound_libcrypto.h"
#include "tests/hook/pki.h"

namespace crlite::hook {
namespace {

// What an algorithm's parameters are: nothing, or of this type with this value.
struct Parameters {
  int type = V_ASN1_UNDEF;
  std::string object;   // for V_ASN1_OBJECT, dotted
  ByteVector sequence;  // for V_ASN1_SEQUENCE, whole
};

void* ValueOf(const Parameters& parameters) {
  if (parameters.type == V_ASN1_OBJECT) return OBJ_txt2obj(parameters.object.c_str(), 1);
  if (parameters.type != V_ASN1_SEQUENCE) return nullptr;
  ASN1_STRING* const value = ASN1_STRING_new();
  ASN1_STRING_set(value, parameters.sequence.data(), static_cast<int>(parameters.sequence.size()));
  return value;
}

// A certificate of which only the key matters.
Ptr<X509> WithKey(const std::string& algorithm, const Parameters& parameters, size_t key_size) {
  Ptr<X509> x509(X509_new());
  auto* const key = static_cast<uint8_t*>(OPENSSL_malloc(key_size + 1));
  for (size_t i = 0; i < key_size; ++i) key[i] = static_cast<uint8_t>(7 * i + 1);
  EXPECT_EQ(
      X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(x509.get()), OBJ_txt2obj(algorithm.c_str(), 1),
                             parameters.type, ValueOf(parameters), key, static_cast<int>(key_size)),
      1);
  return x509;
}

void ExpectHashOfEncoding(const X509* x509) {
  uint8_t* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
  ASSERT_GT(size, 0);
  const Sha256Digest want = Sha256::Hash(Bytes(der, static_cast<size_t>(size)));
  uint8_t got[kHashSize];
  ASSERT_TRUE(HashSpki(BoundLibcrypto(), x509, got));
  EXPECT_EQ(ToHex(got), ToHex(want.bytes)) << ToHex(Bytes(der, static_cast<size_t>(size)));
  OPENSSL_free(der);
}

const char kRsa[] = "1.2.840.113549.1.1.1", kEc[] = "1.2.840.10045.2.1", kEd25519[] = "1.3.101.112";
const Parameters kCurve = {V_ASN1_OBJECT, "1.2.840.10045.3.1.7", {}};

TEST(HashSpki, IsTheHashOfTheEncodingForEachSize) {
  for (size_t size = 0; size < 1200; ++size) {
    ExpectHashOfEncoding(WithKey(kRsa, {V_ASN1_NULL, "", {}}, size).get());
    ExpectHashOfEncoding(WithKey(kEc, kCurve, size).get());
    ExpectHashOfEncoding(WithKey(kEd25519, {}, size).get());
  }
}

TEST(HashSpki, IsTheHashOfTheEncodingForUnusualAlgorithms) {
  const Parameters sequence = {V_ASN1_SEQUENCE, "", {0x30, 0x03, 0x02, 0x01, 0x05}};
  ExpectHashOfEncoding(WithKey("1.2.840.10040.4.1", sequence, 70).get());  // DSA
  std::string name = "1.2";
  for (int arcs = 2; arcs < 70; ++arcs) {
    name += ".3";
    ExpectHashOfEncoding(WithKey(name, {}, 65).get());
    ExpectHashOfEncoding(WithKey(name, {V_ASN1_OBJECT, name, {}}, 65).get());
  }
}

TEST(HashSpki, KnowsUnusedBits) {
  for (int unused = 0; unused < 8; ++unused) {
    const Ptr<X509> x509 = WithKey(kEc, kCurve, 65);
    ASN1_BIT_STRING* const bits = X509_get0_pubkey_bitstr(x509.get());
    bits->flags = (bits->flags & ~7) | unused;
    ExpectHashOfEncoding(x509.get());
    // Zeros at the end count as unused when nobody said how many are.
    bits->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 7);
    for (int i = 60; i < 65; ++i) bits->data[i] = 0;
    ExpectHashOfEncoding(x509.get());
  }
}

TEST(HashSpki, KeysUpTo16KiBAreHashed) {
  for (const size_t size : {size_t{2100}, size_t{16'000}}) {
    ExpectHashOfEncoding(WithKey(kRsa, {V_ASN1_NULL, "", {}}, size).get());
  }
  uint8_t hash[kHashSize];
  EXPECT_FALSE(
      HashSpki(BoundLibcrypto(), WithKey(kRsa, {V_ASN1_NULL, "", {}}, 16'400).get(), hash));
  EXPECT_FALSE(HashSpki(BoundLibcrypto(), Ptr<X509>(X509_new()).get(), hash)) << "no key at all";
}

}  // namespace
}  // namespace crlite::hook
