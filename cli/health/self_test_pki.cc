#include "cli/health/self_test_pki.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <time.h>

#include <vector>

#include "cascade/snapshot/self_test.h"

namespace crlite {
namespace {

constexpr long kDay = 24 * 60 * 60;

void Append(std::vector<uint8_t>* out, Bytes more) {
  out->insert(out->end(), more.begin(), more.end());
}

// RFC 5915 without the public key, which libcrypto then computes.
Owned<EVP_PKEY> IssuerKey() {
  std::vector<uint8_t> der = {0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20};
  Append(&der, self_test::kPrivateKey);
  constexpr uint8_t kPrime256v1[] = {0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                     0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
  Append(&der, kPrime256v1);
  const uint8_t* p = der.data();
  return Owned<EVP_PKEY>(d2i_PrivateKey(EVP_PKEY_EC, nullptr, &p, static_cast<long>(der.size())));
}

// One SCT of the self-test log in the extension's form (RFC 6962, section 3.3). The signature is
// four bytes of nothing: no client that looks up revocations checks it.
std::vector<uint8_t> SctExtension() {
  std::vector<uint8_t> sct = {0};  // version 1
  Append(&sct, self_test::kLog.bytes);
  const uint64_t now_ms = static_cast<uint64_t>(time(nullptr)) * 1000;
  for (int shift = 56; shift >= 0; shift -= 8) {
    sct.push_back(static_cast<uint8_t>(now_ms >> shift));
  }
  constexpr uint8_t kRest[] = {0, 0, 4, 3, 0, 4, 0, 0, 0, 0};  // no extensions; ECDSA with SHA-256
  Append(&sct, kRest);
  const uint8_t size = static_cast<uint8_t>(sct.size());
  std::vector<uint8_t> out = {
      0x04, static_cast<uint8_t>(size + 4), 0, static_cast<uint8_t>(size + 2), 0, size};
  Append(&out, sct);
  return out;
}

bool AddExtension(X509* certificate, int nid, Bytes value) {
  ASN1_OCTET_STRING* const data = ASN1_OCTET_STRING_new();
  X509_EXTENSION* extension = nullptr;
  if (data != nullptr &&
      ASN1_OCTET_STRING_set(data, value.data(), static_cast<int>(value.size())) == 1) {
    extension = X509_EXTENSION_create_by_NID(nullptr, nid, 0, data);
  }
  const bool is_added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(data);
  return is_added;
}

bool AddTextExtension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  const bool is_added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return is_added;
}

bool SetName(X509_NAME* name, const char* common_name) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                    reinterpret_cast<const uint8_t*>(common_name), -1, -1, 0) == 1;
}

bool SetSerial(X509* certificate, Bytes content) {
  Owned<BIGNUM> number(BN_bin2bn(content.data(), static_cast<int>(content.size()), nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// Everything but extensions and the signature.
Owned<X509> NewCertificate(const char* name, const X509* issuer, EVP_PKEY* key, Bytes serial) {
  Owned<X509> x(X509_new());
  if (x == nullptr || !SetName(X509_get_subject_name(x.get()), name)) return nullptr;
  const X509_NAME* const issuer_name = X509_get_subject_name(issuer == nullptr ? x.get() : issuer);
  const bool is_made = X509_set_version(x.get(), X509_VERSION_3) == 1 &&
                       SetSerial(x.get(), serial) &&
                       X509_set_issuer_name(x.get(), issuer_name) == 1 &&
                       X509_gmtime_adj(X509_getm_notBefore(x.get()), -kDay) != nullptr &&
                       X509_gmtime_adj(X509_getm_notAfter(x.get()), kDay) != nullptr &&
                       X509_set_pubkey(x.get(), key) == 1;
  return is_made ? std::move(x) : nullptr;
}

Owned<X509> MakeCa(const char* name, const X509* issuer, EVP_PKEY* key, EVP_PKEY* signer) {
  constexpr uint8_t kSerial[] = {1};
  Owned<X509> x = NewCertificate(name, issuer, key, kSerial);
  const bool is_made = x != nullptr &&
                       AddTextExtension(x.get(), NID_basic_constraints, "critical,CA:TRUE") &&
                       AddTextExtension(x.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
                       X509_sign(x.get(), signer, EVP_sha256()) > 0;
  return is_made ? std::move(x) : nullptr;
}

Owned<X509> MakeServer(const X509* issuer, EVP_PKEY* key, EVP_PKEY* signer, Bytes serial) {
  Owned<X509> x = NewCertificate("crlite self-test server", issuer, key, serial);
  const bool is_made =
      x != nullptr && AddTextExtension(x.get(), NID_ext_key_usage, "serverAuth") &&
      AddTextExtension(x.get(), NID_subject_alt_name, std::string("DNS:") + kSelfTestHost) &&
      AddExtension(x.get(), NID_ct_precert_scts, SctExtension()) &&
      X509_sign(x.get(), signer, EVP_sha256()) > 0;
  return is_made ? std::move(x) : nullptr;
}

}  // namespace

Result<SelfTestPki> MakeSelfTestPki(Bytes serial) {
  ERR_clear_error();
  const Owned<EVP_PKEY> root_key(EVP_EC_gen("P-256"));
  const Owned<EVP_PKEY> issuer_key = IssuerKey();
  SelfTestPki pki;
  pki.server_key.reset(EVP_EC_gen("P-256"));
  if (root_key != nullptr && issuer_key != nullptr && pki.server_key != nullptr) {
    pki.root = MakeCa("crlite self-test root", nullptr, root_key.get(), root_key.get());
    pki.issuer = pki.root == nullptr ? nullptr
                                     : MakeCa("crlite self-test issuer", pki.root.get(),
                                              issuer_key.get(), root_key.get());
    pki.server = pki.issuer == nullptr
                     ? nullptr
                     : MakeServer(pki.issuer.get(), pki.server_key.get(), issuer_key.get(), serial);
  }
  if (pki.server != nullptr) return pki;
  return Error{ErrorCode::kInternal,
               "self-test certificates cannot be made: " + TakeOpensslErrors()};
}

std::string TakeOpensslErrors() {
  constexpr size_t kEnough = 2000;
  std::string text;
  const char* data;
  int flags;
  while (const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
    if (text.size() > kEnough) continue;
    char buffer[256];
    const char* const reason = ERR_reason_error_string(code);
    if (reason == nullptr) ERR_error_string_n(code, buffer, sizeof buffer);
    if (!text.empty()) text += "; ";
    text += reason == nullptr ? buffer : reason;
    if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && data[0] != 0) {
      text += std::string(" (") + data + ")";
    }
  }
  return text;
}

}  // namespace crlite
