#include "tests/hook/pki.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include <utility>

#include "cascade/reader/sha256.h"

namespace crlite::hook {
namespace {

void Append(ByteVector* out, const ByteVector& more) {
  out->insert(out->end(), more.begin(), more.end());
}

ByteVector BigEndian(uint64_t value, int size) {
  ByteVector bytes;
  for (int i = size - 1; i >= 0; --i) bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
  return bytes;
}

// The element with this tag, whose content is below 64 kB.
ByteVector Der(uint8_t tag, const ByteVector& content) {
  ByteVector out = {tag};
  if (content.size() < 128) {
    out.push_back(static_cast<uint8_t>(content.size()));
  } else if (content.size() < 256) {
    Append(&out, {0x81, static_cast<uint8_t>(content.size())});
  } else {
    out.push_back(0x82);
    Append(&out, BigEndian(content.size(), 2));
  }
  Append(&out, content);
  return out;
}

Ptr<EVP_PKEY> MakeKey(const std::string& type) {
  if (type == "RSA") return Ptr<EVP_PKEY>(EVP_RSA_gen(2048));
  if (type == "ED25519") return Ptr<EVP_PKEY>(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return Ptr<EVP_PKEY>(EVP_EC_gen(type.c_str()));
}

void SetSerial(X509* certificate, const ByteVector& content) {
  const ByteVector der = Der(0x02, content);
  const uint8_t* p = der.data();
  ASN1_INTEGER* const serial = d2i_ASN1_INTEGER(nullptr, &p, static_cast<long>(der.size()));
  ASSERT_NE(serial, nullptr);
  X509_set_serialNumber(certificate, serial);
  ASN1_INTEGER_free(serial);
}

void AddExtension(X509* certificate, int nid, const ByteVector& value, bool critical = false) {
  ASN1_OCTET_STRING* const data = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(data, value.data(), static_cast<int>(value.size()));
  X509_EXTENSION* const extension =
      X509_EXTENSION_create_by_NID(nullptr, nid, critical ? 1 : 0, data);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(data);
}

}  // namespace

ByteVector EncodeSctExtension(const std::vector<Sct>& scts) {
  ByteVector list;
  for (const Sct& sct : scts) {
    ByteVector item(1 + kHashSize);  // version 0: v1
    memcpy(item.data() + 1, sct.log.bytes, kHashSize);
    Append(&item, BigEndian(sct.timestamp_ms, 8));
    Append(&item, {0, 0, 4, 3, 0, 4, 1, 2, 3, 4});  // no extensions; SHA-256, ECDSA, a signature
    Append(&list, BigEndian(item.size(), 2));
    Append(&list, item);
  }
  ByteVector vector = BigEndian(list.size(), 2);
  Append(&vector, list);
  return Der(0x04, vector);
}

IssuerSpkiHash Certificate::SpkiHash() const {
  uint8_t* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509.get()), &der);
  IssuerSpkiHash hash;
  memcpy(hash.bytes, Sha256::Hash(Bytes(der, static_cast<size_t>(size))).bytes, kHashSize);
  OPENSSL_free(der);
  return hash;
}

ByteVector Certificate::Der() const {
  uint8_t* der = nullptr;
  const int size = i2d_X509(x509.get(), &der);
  ByteVector out(der, der + size);
  OPENSSL_free(der);
  return out;
}

Certificate Issue(const Certificate* issuer, const CertificateOptions& options) {
  Certificate out{Ptr<X509>(X509_new()), nullptr};
  if (options.key == nullptr) {
    out.key = MakeKey(options.key_type);
  } else {
    EVP_PKEY_up_ref(options.key);
    out.key.reset(options.key);
  }
  X509* const x = out.x509.get();
  X509_set_version(x, X509_VERSION_3);
  SetSerial(x, options.serial);
  X509_NAME* const name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const uint8_t*>(options.subject.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, issuer == nullptr ? name : X509_get_subject_name(issuer->x509.get()));
  ASN1_TIME_set(X509_getm_notBefore(x), options.not_before);
  ASN1_TIME_set(X509_getm_notAfter(x), options.not_after);
  X509_set_pubkey(x, out.key.get());
  if (options.is_ca) AddExtension(x, NID_basic_constraints, {0x30, 3, 1, 1, 0xff}, true);
  if (!options.key_id.empty()) {
    AddExtension(x, NID_subject_key_identifier, hook::Der(0x04, options.key_id));
  }
  if (options.sct_extension.has_value()) {
    AddExtension(x, NID_ct_precert_scts, *options.sct_extension);
  }
  if (!options.extended_key_usage.empty()) {
    X509_EXTENSION* const usage = X509V3_EXT_nconf_nid(nullptr, nullptr, NID_ext_key_usage,
                                                       options.extended_key_usage.c_str());
    EXPECT_EQ(X509_add_ext(x, usage, -1), 1);
    X509_EXTENSION_free(usage);
  }
  EVP_PKEY* const signer = issuer == nullptr ? out.key.get() : issuer->key.get();
  const bool is_ed25519 = EVP_PKEY_is_a(signer, "ED25519") == 1;
  EXPECT_GT(X509_sign(x, signer, is_ed25519 ? nullptr : EVP_sha256()), 0);
  // What programs hold was decoded, not built.
  out.x509 = Decode(out.Der()).x509;
  EXPECT_NE(out.x509, nullptr);
  return out;
}

Certificate MakeRoot(const std::string& subject, const std::string& key_type) {
  CertificateOptions options;
  options.subject = subject;
  options.is_ca = true;
  options.sct_extension.reset();
  options.key_type = key_type;
  return Issue(nullptr, options);
}

Certificate Decode(const ByteVector& der) {
  const uint8_t* p = der.data();
  Certificate out;
  out.x509.reset(d2i_X509(nullptr, &p, static_cast<long>(der.size())));
  return out;
}

Certificate Forge(const Certificate& original) {
  ByteVector der = original.Der();
  der.back() ^= 1;
  return Decode(der);
}

CrlSigner IssueCrlSigner(const Certificate& root) {
  CertificateOptions options;
  options.is_ca = true;
  options.sct_extension.reset();
  options.subject = "ca";
  options.serial = {0x10};
  options.key_id = {1, 1, 1};
  Certificate ca = Issue(&root, options);
  options = {};
  options.subject = "ca";
  options.serial = {0x11};
  options.key_id = {2, 2, 2};
  Certificate signer = Issue(&root, options);
  options = {};
  options.sct_extension.reset();
  Certificate leaf = Issue(&ca, options);
  return {std::move(ca), std::move(signer), std::move(leaf)};
}

Ptr<X509_CRL> EmptyCrl(const Certificate& issuer, const Certificate& signer,
                       const ByteVector& signer_key_id) {
  const Ptr<X509_CRL> crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.x509.get()));
  ASN1_TIME* const when = ASN1_TIME_set(nullptr, time(nullptr) - 60);
  X509_CRL_set1_lastUpdate(crl.get(), when);
  ASN1_TIME_set(when, time(nullptr) + 3600);
  X509_CRL_set1_nextUpdate(crl.get(), when);
  ASN1_TIME_free(when);
  AUTHORITY_KEYID* const key_id = AUTHORITY_KEYID_new();
  key_id->keyid = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(key_id->keyid, signer_key_id.data(),
                        static_cast<int>(signer_key_id.size()));
  X509_CRL_add1_ext_i2d(crl.get(), NID_authority_key_identifier, key_id, 0, 0);
  AUTHORITY_KEYID_free(key_id);
  X509_CRL_sign(crl.get(), signer.key.get(), EVP_sha256());
  // Decoded, as only that fills what libcrypto caches of its extensions.
  uint8_t* der = nullptr;
  const int size = i2d_X509_CRL(crl.get(), &der);
  const uint8_t* p = der;
  Ptr<X509_CRL> decoded(d2i_X509_CRL(nullptr, &p, size));
  OPENSSL_free(der);
  return decoded;
}

Ptr<X509_STORE> StoreOf(const Certificate& root) {
  Ptr<X509_STORE> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.x509.get());
  return store;
}

}  // namespace crlite::hook
