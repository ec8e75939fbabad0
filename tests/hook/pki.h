// Certificates made on the spot, for our own host programs.
#pragma once

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cascade/reader/query.h"

namespace crlite::hook {

struct Deleter {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
  void operator()(X509_CRL* p) const { X509_CRL_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_free(p); }
  void operator()(OSSL_LIB_CTX* p) const { OSSL_LIB_CTX_free(p); }
};
template <typename T>
using Ptr = std::unique_ptr<T, Deleter>;

using ByteVector = std::vector<uint8_t>;

// What every leaf of these tests carries unless it says otherwise.
inline constexpr LogId kTestLog = {{'t', 'e', 's', 't', ' ', 'l', 'o', 'g'}};
inline constexpr uint64_t kTestTimestamp = 1'700'000'000'000;

// The value of the SCT extension's OCTET STRING: a DER OCTET STRING around the list.
ByteVector EncodeSctExtension(const std::vector<Sct>& scts);

struct CertificateOptions {
  std::string subject = "leaf";
  ByteVector serial = {0x01};  // content octets of the INTEGER, minimal
  // nullopt: no extension.
  std::optional<ByteVector> sct_extension = EncodeSctExtension({{kTestLog, kTestTimestamp}});
  time_t not_before = time(nullptr) - 3600;
  time_t not_after = time(nullptr) + 3600;
  bool is_ca = false;
  std::string key_type = "P-256";  // or "RSA", "ED25519"
  EVP_PKEY* key = nullptr;         // the subject's; null: a new one of key_type
  ByteVector key_id;               // subjectKeyIdentifier; empty: none
  std::string extended_key_usage;  // as in openssl.cnf; empty: none
};

struct Certificate {
  Ptr<X509> x509;
  Ptr<EVP_PKEY> key;

  IssuerSpkiHash SpkiHash() const;
  ByteVector Der() const;
};

// Signed by `issuer`, or by itself when that is null.
Certificate Issue(const Certificate* issuer, const CertificateOptions& options = {});
Certificate MakeRoot(const std::string& subject = "root", const std::string& key_type = "P-256");

// The certificate without its key; without either if these bytes are none.
Certificate Decode(const ByteVector& der);
// The same with a signature that is wrong.
Certificate Forge(const Certificate& original);

// A CA with a certificate of its own for its CRLs: `signer` has its name and another key.
struct CrlSigner {
  Certificate ca, signer, leaf;  // a leaf of `ca`, without SCTs
};
CrlSigner IssueCrlSigner(const Certificate& root);

// A list of this issuer's, with nothing on it, signed by `signer`, whose subjectKeyIdentifier it
// names.
Ptr<X509_CRL> EmptyCrl(const Certificate& issuer, const Certificate& signer,
                       const ByteVector& signer_key_id);

// A store that trusts `root`.
Ptr<X509_STORE> StoreOf(const Certificate& root);

}  // namespace crlite::hook
