// A signature (the first line) and a chain (the rest). Under a root that nobody has they never
// verify; with every certificate of the chain pinned they only do so when the first one's key has
// signed, as a second reader finds it.
#include "sync/trust/content_signature.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "cascade/base/hex.h"
#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

constexpr char kMessage[] = "Content-Signature:fuzz";
constexpr uint64_t kNowMs = 1'800'000'000'000;

Bytes Message() { return {reinterpret_cast<const uint8_t*>(kMessage), sizeof(kMessage) - 1}; }

bool Verifies(const ContentSignature& signature, const std::vector<Sha256Digest>& roots) {
  const Status verified =
      VerifyContentSignature(Message(), signature, kSecurityStateSigner, roots, kNowMs);
  CRLITE_PROPERTY(verified.ok() || !verified.error().message.empty(), "refused without a word");
  CRLITE_PROPERTY(verified.ok() || verified.error().code == ErrorCode::kMalformed,
                  verified.error().message);
  CRLITE_PROPERTY(ERR_peek_error() == 0, "left in OpenSSL's error queue");
  return verified.ok();
}

using Certificates = std::vector<std::unique_ptr<X509, decltype(&X509_free)>>;

Certificates ReadCertificates(const std::string& pem) {
  Certificates certificates;
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  while (X509* const certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate, X509_free);
  }
  BIO_free(bio);
  ERR_clear_error();
  return certificates;
}

bool KeySigned(X509* certificate, const std::string& signature) {
  std::vector<uint8_t> raw;
  if (!FromBase64(signature, Base64Alphabet::kUrl, &raw) || raw.size() != 96) return false;
  ECDSA_SIG* const pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(raw.data(), 48, nullptr), BN_bin2bn(raw.data() + 48, 48, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair, &der);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  const bool ok = EVP_PKEY_get_bits(key) == 384 &&
                  EVP_DigestVerifyInit(context, nullptr, EVP_sha384(), nullptr, key) == 1 &&
                  EVP_DigestVerify(context, der, static_cast<size_t>(size), Message().data(),
                                   Message().size()) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  return ok;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(data, data + size);
  const size_t line = std::min(text.find('\n'), text.size());
  const std::string signature = text.substr(0, line), chain = text.substr(line);
  CRLITE_PROPERTY(!Verifies({signature, chain}, {}), "nobody is pinned");
  CRLITE_PROPERTY(!Verifies({signature, chain}, {kProductionRoot, Sha256Digest{}}),
                  "signed by a root that nobody has");

  const Certificates certificates = ReadCertificates(chain);
  std::vector<Sha256Digest> all(certificates.size());
  for (size_t i = 0; i < all.size(); ++i) {
    X509_digest(certificates[i].get(), EVP_sha256(), all[i].bytes, nullptr);
  }
  if (all.empty() || !Verifies({signature, chain}, all)) return 0;
  CRLITE_PROPERTY(KeySigned(certificates[0].get(), signature), "nobody signed this");
  return 0;
}
