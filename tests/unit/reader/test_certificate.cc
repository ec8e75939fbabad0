#include "tests/unit/reader/test_certificate.h"

#include <openssl/bn.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

namespace crlite {
namespace {

void SetSerial(X509* certificate, const std::string& hex) {
  BIGNUM* number = nullptr;
  BN_hex2bn(&number, hex.c_str());
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
}

void SetName(X509_NAME* name, const char* text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, -1, -1, 0);
}

void AddExtension(X509* certificate, int nid, const Octets& value) {
  ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(octets, value.data(), static_cast<int>(value.size()));
  X509_EXTENSION* extension = X509_EXTENSION_create_by_NID(nullptr, nid, 0, octets);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(octets);
}

}  // namespace

X509Pointer MakeCertificate(const CertificateRequest& request) {
  X509Pointer certificate(X509_new(), X509_free);
  X509* x = certificate.get();
  const PrivateKey key = MakeKey(request.key);
  X509_set_version(x, request.version);
  SetSerial(x, request.serial_hex);
  SetName(X509_get_issuer_name(x), "Tester’s CA");
  SetName(X509_get_subject_name(x), "leaf.example");
  ASN1_TIME_set_string_X509(X509_getm_notBefore(x), request.not_before.c_str());
  ASN1_TIME_set_string_X509(X509_getm_notAfter(x), request.not_after.c_str());
  X509_set_pubkey(x, key.get());
  if (request.basic_constraints) AddExtension(x, NID_basic_constraints, {0x30, 0x00});
  for (const Octets& value : request.sct_extensions) {
    AddExtension(x, NID_ct_precert_scts, value);
  }
  X509_sign(x, key.get(), request.key == "ED25519" ? nullptr : EVP_sha256());
  return certificate;
}

Octets DerOf(const X509* certificate) {
  Octets der(static_cast<size_t>(i2d_X509(certificate, nullptr)));
  unsigned char* out = der.data();
  i2d_X509(certificate, &out);
  return der;
}

}  // namespace crlite
