#include "tests/support/content_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <stdexcept>

#include "cascade/base/hex.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr time_t kNow = kTestNowMs / 1000;
constexpr time_t kYear = 365 * 86400;
constexpr size_t kNumberSize = 48;

void Check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

std::shared_ptr<EVP_PKEY> MakeKey(const std::string& type) {
  EVP_PKEY* key = nullptr;
  if (type.starts_with("RSA-")) {
    key = EVP_RSA_gen(std::stoul(type.substr(4)));
  } else if (type == "ED25519") {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  } else {
    key = EVP_EC_gen(type.c_str());
  }
  Check(key != nullptr, type.c_str());
  return {key, EVP_PKEY_free};
}

// `issuer`: what an authority's key identifier is taken from.
void AddExtension(X509* certificate, int nid, const std::string& value, X509* issuer = nullptr) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_nconf_nid(nullptr, &context, nid, value.c_str());
  Check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, value.c_str());
  X509_EXTENSION_free(extension);
}

void SetName(X509_NAME* name, const std::string& common_name) {
  Check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const uint8_t*>(common_name.data()),
                                   static_cast<int>(common_name.size()), -1, 0) == 1,
        "name");
}

}  // namespace

std::string TestCertificate::Pem() const {
  BIO* const bio = BIO_new(BIO_s_mem());
  Check(PEM_write_bio_X509(bio, x509.get()) == 1, "PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  const std::string pem(text, static_cast<size_t>(size));
  BIO_free(bio);
  return pem;
}

Sha256Digest TestCertificate::Hash() const {
  Sha256Digest hash = {};
  unsigned int size = 0;
  Check(X509_digest(x509.get(), EVP_sha256(), hash.bytes, &size) == 1, "digest");
  return hash;
}

TestCertificate IssueCertificate(const CertificateSpec& spec, const TestCertificate* issuer) {
  TestCertificate out{{X509_new(), X509_free}, MakeKey(spec.key)};
  X509* const x = out.x509.get();
  static int64_t serial = 0;
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(x), ++serial);
  SetName(X509_get_subject_name(x), spec.subject);
  X509_set_issuer_name(x, X509_get_subject_name(issuer == nullptr ? x : issuer->x509.get()));
  ASN1_TIME_set(X509_getm_notBefore(x), spec.not_before);
  ASN1_TIME_set(X509_getm_notAfter(x), spec.not_after);
  X509_set_pubkey(x, out.key.get());
  AddExtension(x, NID_basic_constraints, spec.basic_constraints);
  AddExtension(x, NID_ext_key_usage, spec.extended_key_usage);
  AddExtension(x, NID_subject_alt_name, spec.alternative_names);
  AddExtension(x, NID_name_constraints, spec.name_constraints);
  if (spec.key_identifiers) {
    AddExtension(x, NID_subject_key_identifier, "hash");
    if (issuer != nullptr &&
        X509_get_ext_by_NID(issuer->x509.get(), NID_subject_key_identifier, -1) >= 0) {
      AddExtension(x, NID_authority_key_identifier, "keyid", issuer->x509.get());
    }
  }
  EVP_PKEY* const signing_key = issuer == nullptr ? out.key.get() : issuer->key.get();
  const EVP_MD* const digest =
      spec.digest.empty() ? nullptr : EVP_get_digestbyname(spec.digest.c_str());
  Check(X509_sign(x, signing_key, digest) > 0, "X509_sign");
  return out;
}

CertificateSpec RootSpec() {
  CertificateSpec spec;
  spec.subject = "test root";
  spec.not_before = kNow - kYear;
  spec.not_after = kNow + kYear;
  spec.basic_constraints = "critical,CA:TRUE";
  return spec;
}

CertificateSpec IntermediateSpec() {
  CertificateSpec spec = RootSpec();
  spec.subject = "test intermediate";
  spec.extended_key_usage = "critical,codeSigning";
  spec.name_constraints =
      "permitted;DNS:.content-signature.mozilla.org,permitted;DNS:content-signature.mozilla.org";
  return spec;
}

CertificateSpec SignerSpec() {
  CertificateSpec spec = RootSpec();
  spec.subject = "onecrl.content-signature.mozilla.org";
  spec.basic_constraints.clear();
  spec.extended_key_usage = "codeSigning";
  spec.alternative_names = "DNS:onecrl.content-signature.mozilla.org";
  return spec;
}

ContentSigner::ContentSigner(const CertificateSpec& signer, const CertificateSpec& intermediate,
                             const CertificateSpec& root)
    : root_(IssueCertificate(root, nullptr)),
      intermediate_(IssueCertificate(intermediate, &root_)),
      signer_(IssueCertificate(signer, &intermediate_)) {}

std::string ContentSigner::Sign(const std::string& message) const {
  return SignContent(signer_.key.get(), message);
}

json ContentSigner::SignedChangeset(const json& records, uint64_t timestamp_ms,
                                    const std::string& x5u) const {
  // Written here once more, from docs/formats.md: the records are ASCII.
  json sorted = json::array();
  for (const json& record : records) {
    if (!record.contains("deleted")) sorted.push_back(record);
  }
  std::sort(sorted.begin(), sorted.end(), [](const json& a, const json& b) {
    return a["id"].get<std::string>() < b["id"].get<std::string>();
  });
  const std::string message = std::string("Content-Signature:") + '\0' +
                              "{\"data\":" + sorted.dump() + ",\"last_modified\":\"" +
                              std::to_string(timestamp_ms) + "\"}";
  const json entry = {{"signature", Sign(message)}, {"x5u", x5u}, {"mode", "p384ecdsa"}};
  return {{"timestamp", timestamp_ms},
          {"changes", records},
          {"metadata", {{"bucket", "security-state"}, {"signature", entry}}}};
}

std::string SignContent(EVP_PKEY* key, const std::string& message) {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::vector<uint8_t> der(static_cast<size_t>(EVP_PKEY_get_size(key)));
  size_t size = der.size();
  Check(EVP_DigestSignInit(context, nullptr, EVP_sha384(), nullptr, key) == 1, "sign");
  Check(EVP_DigestSign(context, der.data(), &size, reinterpret_cast<const uint8_t*>(message.data()),
                       message.size()) == 1,
        "sign");
  EVP_MD_CTX_free(context);
  std::vector<uint8_t> raw(2 * kNumberSize);
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    const uint8_t* p = der.data();
    ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &p, static_cast<long>(size));
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw.data(), kNumberSize);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw.data() + kNumberSize, kNumberSize);
    ECDSA_SIG_free(pair);
  }
  return ToBase64(raw, Base64Alphabet::kUrl);
}

}  // namespace crlite
