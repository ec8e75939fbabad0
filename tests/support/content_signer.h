// A small PKI in the image of Mozilla's content signatures, made on the spot: root, intermediate,
// signer, each with the defects that a test asks for.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cascade/reader/sha256.h"

namespace crlite {

struct CertificateSpec {
  std::string subject;            // common name
  std::string key = "P-384";      // or another curve; "RSA-<bits>"; "ED25519"
  std::string digest = "SHA384";  // of the issuer's signature
  time_t not_before = 0;
  time_t not_after = 0;
  // As in openssl.cnf; empty: no such extension.
  std::string basic_constraints, extended_key_usage, alternative_names, name_constraints;
  bool key_identifiers = true;  // the subject's, and the issuer's if that has one
};

struct TestCertificate {
  std::shared_ptr<X509> x509;
  std::shared_ptr<EVP_PKEY> key;

  std::string Pem() const;
  Sha256Digest Hash() const;  // of its DER
};

// Signed by `issuer`, or by itself when that is nullptr.
TestCertificate IssueCertificate(const CertificateSpec& spec, const TestCertificate* issuer);

// What is right, at kTestNowMs and a year to either side.
inline constexpr uint64_t kTestNowMs = 1'790'000'000'000;
CertificateSpec RootSpec();
CertificateSpec IntermediateSpec();
CertificateSpec SignerSpec();

class ContentSigner {
 public:
  explicit ContentSigner(const CertificateSpec& signer = SignerSpec(),
                         const CertificateSpec& intermediate = IntermediateSpec(),
                         const CertificateSpec& root = RootSpec());

  const TestCertificate& root() const { return root_; }
  const TestCertificate& intermediate() const { return intermediate_; }
  const TestCertificate& signer() const { return signer_; }

  // Signer, intermediate, root: the order in which Mozilla serves them.
  std::string Chain() const { return signer_.Pem() + intermediate_.Pem() + root_.Pem(); }

  // base64url of r and s. Needs a P-384 signer.
  std::string Sign(const std::string& message) const;

  // The answer of a changeset endpoint, signed.
  nlohmann::json SignedChangeset(const nlohmann::json& records, uint64_t timestamp_ms,
                                 const std::string& x5u = "https://x5u.example/chain") const;

 private:
  TestCertificate root_, intermediate_, signer_;
};

// Of a key that is not P-384 too, so that it is the key that is refused and not the signature.
std::string SignContent(EVP_PKEY* key, const std::string& message);

}  // namespace crlite
