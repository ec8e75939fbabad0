// Certificates made by libcrypto for one test.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

namespace crlite {

using Octets = std::vector<uint8_t>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;

// "ED25519", "P-256" or "RSA".
inline PrivateKey MakeKey(const std::string& kind) {
  EVP_PKEY* key = kind == "RSA"     ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{2048})
                  : kind == "P-256" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                                    : EVP_PKEY_Q_keygen(nullptr, nullptr, kind.c_str());
  return {key, EVP_PKEY_free};
}

struct CertificateRequest {
  std::string key = "P-256";
  std::string serial_hex = "01";  // BN_hex2bn: "-" in front makes it negative
  std::string not_before = "20201001000000Z", not_after = "20211001000000Z";
  long version = X509_VERSION_3;
  std::vector<Octets> sct_extensions;  // extnValue contents, one extension each
  bool basic_constraints = false;
};

// Self-signed, subject and issuer different.
X509Pointer MakeCertificate(const CertificateRequest& request);

Octets DerOf(const X509* certificate);

}  // namespace crlite
