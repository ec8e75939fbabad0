#include "sync/trust/content_signature.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "sync/offer/proof.h"
#include "tests/support/content_signer.h"

namespace crlite {
namespace {

constexpr char kMessage[] = "what was signed";
constexpr uint64_t kDayMs = 86'400'000;
constexpr time_t kDay = 86'400;
constexpr time_t kNow = kTestNowMs / 1000;

Bytes BytesOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// "" when all is well, else the message.
std::string Verify(const std::string& chain, const std::string& signature, const Sha256Digest& root,
                   uint64_t now_ms = kTestNowMs, const std::string& message = kMessage) {
  const Status verified = VerifyContentSignature(BytesOf(message), {signature, chain},
                                                 kSecurityStateSigner, {&root, 1}, now_ms);
  EXPECT_EQ(ERR_peek_error(), 0u) << "left in OpenSSL's error queue";
  if (verified.ok()) return "";
  EXPECT_EQ(verified.error().code, ErrorCode::kMalformed);
  return verified.error().message;
}
std::string Verify(const ContentSigner& signer) {
  return Verify(signer.Chain(), SignContent(signer.signer().key.get(), kMessage),
                signer.root().Hash());
}

constexpr char kSignerCertificate[] =
    "chain: certificate CN=onecrl.content-signature.mozilla.org: ";
constexpr char kIntermediateCertificate[] = "chain: certificate CN=test intermediate: ";

class ContentSignatureTest : public testing::Test {
 protected:
  // Made once: keys take time.
  static const ContentSigner& Good() {
    static const ContentSigner good;
    return good;
  }
  static std::string GoodSignature() { return Good().Sign(kMessage); }

  CertificateSpec signer_ = SignerSpec();
  CertificateSpec intermediate_ = IntermediateSpec();
  CertificateSpec root_ = RootSpec();
  std::string Verdict() const { return Verify(ContentSigner(signer_, intermediate_, root_)); }
};

TEST_F(ContentSignatureTest, AcceptsWhatIsRight) { EXPECT_EQ(Verify(Good()), ""); }

TEST_F(ContentSignatureTest, TakesTheOtherCertificatesInAnyOrderAndMoreOfThem) {
  const ContentSigner stranger;
  EXPECT_EQ(Verify(Good().signer().Pem() + stranger.root().Pem() + Good().root().Pem() +
                       stranger.intermediate().Pem() + Good().intermediate().Pem(),
                   GoodSignature(), Good().root().Hash()),
            "");
}

TEST_F(ContentSignatureTest, RefusesAnotherMessage) {
  EXPECT_EQ(Verify(Good().Chain(), GoodSignature(), Good().root().Hash(), kTestNowMs, "other"),
            "signature: does not match");
  EXPECT_EQ(Verify(Good().Chain(), GoodSignature(), Good().root().Hash(), kTestNowMs, ""),
            "signature: does not match");
}

TEST_F(ContentSignatureTest, RefusesTheSignatureOfAnotherKey) {
  const ContentSigner stranger;
  EXPECT_EQ(Verify(Good().Chain(), stranger.Sign(kMessage), Good().root().Hash()),
            "signature: does not match");
}

TEST_F(ContentSignatureTest, RefusesSignaturesOfAnotherForm) {
  const std::string good = GoodSignature();
  for (const std::string& bad :
       {std::string(), good.substr(0, 124), good + "AAAA", good + "=", good.substr(0, 127) + "=",
        good.substr(0, 127) + "+", good.substr(0, 127) + "\n",
        std::string("aW52YWxpZCBzaWduYXR1cmUK")}) {
    EXPECT_EQ(Verify(Good().Chain(), bad, Good().root().Hash()),
              "signature: wanted 96 bytes in base64url")
        << bad;
  }
}

TEST_F(ContentSignatureTest, RefusesNumbersOutsideOfTheGroup) {
  for (const char digit : {'A', '_'}) {  // all zero; all one
    EXPECT_EQ(Verify(Good().Chain(), std::string(128, digit), Good().root().Hash()),
              "signature: does not match");
  }
}

TEST_F(ContentSignatureTest, RefusesARootThatIsNotPinned) {
  const ContentSigner stranger;
  std::string text = Verify(stranger.Chain(), stranger.Sign(kMessage), Good().root().Hash());
  EXPECT_TRUE(text.starts_with("chain: leads to root ")) << text;
  EXPECT_TRUE(text.ends_with(", which is none of the pinned ones")) << text;
  // Nor does it help to lay the pinned one beside it.
  text =
      Verify(stranger.Chain() + Good().root().Pem(), stranger.Sign(kMessage), Good().root().Hash());
  EXPECT_NE(text, "");
  EXPECT_NE(Verify(Good().Chain(), GoodSignature(), kProductionRoot), "");
}

TEST_F(ContentSignatureTest, TrustsNobodyWhenNothingIsPinned) {
  EXPECT_FALSE(VerifyContentSignature(BytesOf(kMessage), {GoodSignature(), Good().Chain()},
                                      kSecurityStateSigner, {}, kTestNowMs)
                   .ok());
}

TEST_F(ContentSignatureTest, TakesOneOfSeveralPinnedRoots) {
  const Sha256Digest roots[] = {kProductionRoot, Good().root().Hash()};
  EXPECT_TRUE(VerifyContentSignature(BytesOf(kMessage), {GoodSignature(), Good().Chain()},
                                     kSecurityStateSigner, roots, kTestNowMs)
                  .ok());
}

TEST_F(ContentSignatureTest, NeedsEveryCertificateOfTheChain) {
  EXPECT_EQ(Verify(Good().signer().Pem() + Good().intermediate().Pem(), GoodSignature(),
                   Good().root().Hash()),
            std::string(kIntermediateCertificate) + "its issuer, CN=test root, is missing");
  EXPECT_EQ(
      Verify(Good().signer().Pem() + Good().root().Pem(), GoodSignature(), Good().root().Hash()),
      std::string(kSignerCertificate) + "its issuer, CN=test intermediate, is missing");
}

TEST_F(ContentSignatureTest, TakesTheFirstCertificateForTheSigner) {
  EXPECT_NE(Verify(Good().intermediate().Pem() + Good().signer().Pem() + Good().root().Pem(),
                   GoodSignature(), Good().root().Hash()),
            "");
}

TEST_F(ContentSignatureTest, AnIntermediateIsNoAnchor) {
  // Partial chains: a pinned certificate that is no root would end the search early.
  EXPECT_NE(Verify(Good().signer().Pem() + Good().intermediate().Pem(), GoodSignature(),
                   Good().intermediate().Hash()),
            "");
}

TEST_F(ContentSignatureTest, RefusesForgedIssuers) {
  // Same names, other keys, and nothing that tells the keys apart before their signatures do.
  signer_.key_identifiers = intermediate_.key_identifiers = false;
  const ContentSigner stranger(signer_, intermediate_, root_);
  EXPECT_EQ(Verify(stranger.signer().Pem() + Good().intermediate().Pem() + Good().root().Pem(),
                   stranger.Sign(kMessage), Good().root().Hash()),
            std::string(kSignerCertificate) + "certificate signature failure");
  EXPECT_EQ(Verify(stranger.signer().Pem() + stranger.intermediate().Pem() + Good().root().Pem(),
                   stranger.Sign(kMessage), Good().root().Hash()),
            std::string(kIntermediateCertificate) + "certificate signature failure");
}

TEST_F(ContentSignatureTest, ChecksTheTimeOfEveryCertificate) {
  signer_.not_after = kNow - kDay;
  EXPECT_EQ(Verdict(), std::string(kSignerCertificate) +
                           "expired on 2026-09-20T14:13:20Z, now is 2026-09-21T14:13:20Z");
  signer_ = SignerSpec();
  signer_.not_before = kNow + kDay;
  EXPECT_EQ(Verdict(), std::string(kSignerCertificate) +
                           "valid from 2026-09-22T14:13:20Z on, now is 2026-09-21T14:13:20Z");
  signer_ = SignerSpec();
  intermediate_.not_after = kNow - kDay;
  EXPECT_EQ(Verdict().substr(0, 52), std::string(kIntermediateCertificate) + "expired on ");
  intermediate_ = IntermediateSpec();
  root_.not_after = kNow - kDay;
  EXPECT_EQ(Verdict().substr(0, 44), "chain: certificate CN=test root: expired on ");
}

TEST_F(ContentSignatureTest, JudgesAtTheGivenTime) {
  const std::string signature = GoodSignature();
  const Sha256Digest root = Good().root().Hash();
  EXPECT_EQ(Verify(Good().Chain(), signature, root, kTestNowMs + 364 * kDayMs), "");
  EXPECT_EQ(Verify(Good().Chain(), signature, root, kTestNowMs - 364 * kDayMs), "");
  EXPECT_NE(Verify(Good().Chain(), signature, root, kTestNowMs + 366 * kDayMs), "");
  EXPECT_NE(Verify(Good().Chain(), signature, root, kTestNowMs - 366 * kDayMs), "");
  EXPECT_NE(Verify(Good().Chain(), signature, root, 0), "");
  EXPECT_NE(Verify(Good().Chain(), signature, root, UINT64_MAX), "");
}

TEST_F(ContentSignatureTest, WantsCodeSigningOfTheSigner) {
  signer_.extended_key_usage = "";
  EXPECT_EQ(Verdict(),
            std::string(kSignerCertificate) + "no extended key usage, wanted code signing");
  for (const char* other : {"serverAuth", "anyExtendedKeyUsage"}) {
    signer_.extended_key_usage = other;
    EXPECT_EQ(Verdict(),
              std::string(kSignerCertificate) + "its extended key usage, wanted code signing");
  }
  signer_.extended_key_usage = "serverAuth,codeSigning";
  EXPECT_EQ(Verdict(), "");
}

TEST_F(ContentSignatureTest, WantsCodeSigningOfOthersIfTheyAreRestricted) {
  intermediate_.extended_key_usage = "";
  EXPECT_EQ(Verdict(), "");
  intermediate_.extended_key_usage = "serverAuth";
  EXPECT_EQ(Verdict(),
            std::string(kIntermediateCertificate) + "its extended key usage, wanted code signing");
  intermediate_ = IntermediateSpec();
  root_.extended_key_usage = "serverAuth";  // its hash is pinned
  EXPECT_EQ(Verdict(), "");
}

TEST_F(ContentSignatureTest, WantsTheSignersNameAmongTheAlternativeNames) {
  const std::string mismatch =
      std::string(kSignerCertificate) + "does not name onecrl.content-signature.mozilla.org";
  signer_.alternative_names = "";  // the common name has it
  EXPECT_EQ(Verdict(), mismatch);
  for (const char* other :
       {"DNS:remote-settings.content-signature.mozilla.org", "DNS:*.content-signature.mozilla.org",
        "DNS:content-signature.mozilla.org", "DNS:x.onecrl.content-signature.mozilla.org",
        "DNS:.onecrl.content-signature.mozilla.org", "email:onecrl.content-signature.mozilla.org",
        "URI:https://onecrl.content-signature.mozilla.org/"}) {
    signer_.alternative_names = other;
    EXPECT_EQ(Verdict(), mismatch) << other;
  }
  signer_.alternative_names =
      "DNS:other.content-signature.mozilla.org,DNS:onecrl.content-signature.mozilla.org";
  EXPECT_EQ(Verdict(), "");
}

TEST_F(ContentSignatureTest, HoldsTheSignerToNameConstraints) {
  intermediate_.name_constraints = "permitted;DNS:.example.org";
  EXPECT_EQ(Verdict(), std::string(kSignerCertificate) + "permitted subtree violation");
  intermediate_.name_constraints = "excluded;DNS:mozilla.org";
  EXPECT_EQ(Verdict(), std::string(kSignerCertificate) + "excluded subtree violation");
  intermediate_.name_constraints = "";
  EXPECT_EQ(Verdict(), "");
}

TEST_F(ContentSignatureTest, WantsAuthoritiesAboveTheSignerAndNoneAsSigner) {
  intermediate_.basic_constraints = "";
  EXPECT_EQ(Verdict(), std::string(kIntermediateCertificate) + "invalid CA certificate");
  intermediate_ = IntermediateSpec();
  root_.basic_constraints = "critical,CA:TRUE,pathlen:0";
  EXPECT_NE(Verdict(), "");
  root_ = RootSpec();
  signer_.basic_constraints = "CA:TRUE";
  EXPECT_EQ(Verdict(),
            std::string(kSignerCertificate) + "a certificate authority, wanted a signer");
}

TEST_F(ContentSignatureTest, WantsASignersKeyOfP384) {
  for (const char* other : {"P-256", "P-521", "RSA-2048"}) {
    signer_.key = other;
    EXPECT_EQ(Verdict(), std::string(kSignerCertificate) + "the signer's key, wanted one of P-384");
  }
}

TEST_F(ContentSignatureTest, WantsStrongKeysAboveTheSigner) {
  for (const char* good : {"P-256", "P-521", "RSA-2048"}) {
    intermediate_.key = root_.key = good;
    EXPECT_EQ(Verdict(), "") << good;
  }
  root_ = RootSpec();
  intermediate_.key = "RSA-1024";
  EXPECT_EQ(Verdict(), std::string(kIntermediateCertificate) +
                           "an RSA key of 1024 bits, wanted at least 2048");
  intermediate_.key = "P-224";
  EXPECT_EQ(Verdict(),
            std::string(kIntermediateCertificate) + "its key, wanted RSA, P-256, P-384 or P-521");
  intermediate_ = IntermediateSpec();
  root_.key = "RSA-1024";
  EXPECT_EQ(Verdict(),
            "chain: certificate CN=test root: an RSA key of 1024 bits, wanted at least 2048");
}

TEST_F(ContentSignatureTest, RefusesOldDigests) {
  for (const char* old : {"SHA1", "SHA224"}) {
    const std::string weak =
        "its signature, wanted ECDSA or RSA (PKCS #1) with SHA-256, 384 or 512";
    signer_.digest = old;
    EXPECT_EQ(Verdict(), kSignerCertificate + weak);
    signer_ = SignerSpec();
    intermediate_.digest = old;
    EXPECT_EQ(Verdict(), kIntermediateCertificate + weak);
    intermediate_ = IntermediateSpec();
    root_.digest = old;
    EXPECT_EQ(Verdict(), "");  // its hash is pinned
    root_ = RootSpec();
  }
  signer_.digest = "SHA256";
  intermediate_.digest = "SHA512";
  EXPECT_EQ(Verdict(), "");
}

TEST_F(ContentSignatureTest, RefusesEd25519AboveTheSigner) {
  intermediate_.key = "ED25519";
  signer_.digest = "";
  EXPECT_EQ(Verdict(), std::string(kSignerCertificate) +
                           "its signature, wanted ECDSA or RSA (PKCS #1) with SHA-256, 384 or 512");
}

TEST_F(ContentSignatureTest, RefusesWhatIsNoChain) {
  const Sha256Digest root = Good().root().Hash();
  EXPECT_EQ(Verify("", GoodSignature(), root), "chain: empty");
  EXPECT_EQ(Verify("nothing\n", GoodSignature(), root), "chain: no certificate in PEM found");
  EXPECT_EQ(Verify("-----BEGIN CERTIFICATE-----\n", GoodSignature(), root),
            "chain: certificate 1: not PEM");
  EXPECT_EQ(Verify("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
                   GoodSignature(), root),
            "chain: certificate 1: not DER of X.509");
  EXPECT_EQ(Verify(Good().Chain() + "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
                   GoodSignature(), root),
            "chain: certificate 4: wanted a block of CERTIFICATE");
}

TEST_F(ContentSignatureTest, BoundsTheChain) {
  const Sha256Digest root = Good().root().Hash();
  std::string many = Good().Chain();
  for (int i = 3; i < 16; ++i) many += Good().root().Pem();
  EXPECT_EQ(Verify(many, GoodSignature(), root), "");
  EXPECT_EQ(Verify(many + Good().root().Pem(), GoodSignature(), root),
            "chain: more than 16 certificates");
  const std::string padded = Good().Chain() + std::string(kMaxChainSize, '\n');
  EXPECT_EQ(Verify(padded, GoodSignature(), root),
            "chain: " + std::to_string(padded.size()) + " bytes, at most 65536 are accepted");
}

TEST_F(ContentSignatureTest, PrintsHostileNamesHarmlessly) {
  signer_.subject = "evil\n\x1b[31m" + std::string(50, 'x');
  signer_.not_after = kNow - kDay;
  const std::string text = Verdict();
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; }))
      << text;
}

}  // namespace
}  // namespace crlite
