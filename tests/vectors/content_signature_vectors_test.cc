// Real signatures: Firefox's startup bundle and test suites, and a chain of production from 2021.
#include <gtest/gtest.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fstream>
#include <iterator>

#include "cascade/base/hex.h"
#include "sync/trust/canonical_json.h"
#include "sync/trust/changeset.h"
#include "sync/trust/content_signature.h"
#include "tests/support/vectors.h"

namespace crlite {
namespace {

using nlohmann::json;
using namespace std::string_literals;

constexpr char kFolder[] = "content-signature/";
constexpr uint64_t kXpcshellTimeMs = 1'748'736'000'000;  // 2025-06-01; they end on 2027-02-05
constexpr char kXpcshellSigner[] = "oneCRL-signer.mozilla.org";

std::string Read(const std::string& name) {
  std::ifstream file(VectorPath(kFolder + name), std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ReadLine(const std::string& name) {
  const std::string text = Read(name);
  return text.substr(0, text.find('\n'));
}

Bytes BytesOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Of the last certificate in the text.
Sha256Digest RootOf(const std::string& pem) {
  Sha256Digest hash = {};
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  while (X509* const certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
    X509_digest(certificate, EVP_sha256(), hash.bytes, nullptr);
    X509_free(certificate);
  }
  BIO_free(bio);
  return hash;
}

std::string Verify(const std::string& message, const std::string& signature,
                   const std::string& chain, const char* signer, const Sha256Digest& root,
                   uint64_t now_ms) {
  const Status verified =
      VerifyContentSignature(BytesOf(message), {signature, chain}, signer, {&root, 1}, now_ms);
  return verified.ok() ? "" : verified.error().message;
}

// What a signature says when all that is known of its signer is a key.
bool KeySigned(const std::string& spki_base64, const std::string& message,
               const std::string& signature) {
  std::vector<uint8_t> spki, raw;
  if (!FromBase64(spki_base64, Base64Alphabet::kStandard, &spki) ||
      !FromBase64(signature, Base64Alphabet::kUrl, &raw) || raw.size() != 96) {
    return false;
  }
  ECDSA_SIG* const pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(raw.data(), 48, nullptr), BN_bin2bn(raw.data() + 48, 48, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair, &der);
  const uint8_t* p = spki.data();
  EVP_PKEY* const key = d2i_PUBKEY(nullptr, &p, static_cast<long>(spki.size()));
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const Bytes bytes = BytesOf(message);
  const bool ok =
      EVP_DigestVerifyInit(context, nullptr, EVP_sha384(), nullptr, key) == 1 &&
      EVP_DigestVerify(context, der, static_cast<size_t>(size), bytes.data(), bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  return ok;
}

std::string Sha384(const std::string& message) {
  uint8_t digest[48];
  EVP_Digest(message.data(), message.size(), digest, nullptr, EVP_sha384(), nullptr);
  return ToHex(digest);
}

TEST(ContentSignatureVectors, ProductionRoot) {
  CRLITE_NEEDS_VECTOR("content-signature/roots");
  EXPECT_EQ(ToHex(RootOf(Read("roots/content-signature-prod.pem")).bytes),
            ToHex(kProductionRoot.bytes));
}

TEST(ContentSignatureVectors, SixChangesetsOfProduction) {
  CRLITE_NEEDS_VECTOR("content-signature/startup-bundle-prod");
  const json bundle = json::parse(Read("startup-bundle-prod/startup.decompressed.json"));
  const json expected = json::parse(Read("startup-bundle-prod/expected.json"));
  ASSERT_EQ(bundle.size(), 6u);
  ASSERT_EQ(expected.size(), 6u);
  size_t num_parsed = 0;
  for (size_t i = 0; i < bundle.size(); ++i) {
    const json& want = expected[i];
    SCOPED_TRACE(want["collection"]);
    Changeset changeset;
    changeset.timestamp_ms = bundle[i]["timestamp"];
    changeset.records = bundle[i]["changes"];
    EXPECT_EQ(changeset.records.size(), want["records"]);
    const Result<std::string> message = SignedMessage(changeset);
    ASSERT_TRUE(message.ok()) << message.error().message;
    EXPECT_EQ(message->size() - "Content-Signature:\0"s.size(), want["canonical_bytes"]);
    EXPECT_EQ(Sha384(*message), want["sha384_of_prefixed"]);
    EXPECT_TRUE(KeySigned(want["public_key_spki_b64"], *message, want["signature"]));
    EXPECT_FALSE(KeySigned(want["public_key_spki_b64"], *message + " ", want["signature"]));

    // One of them is nested deeper than we accept, with experiments that no filter needs.
    const Result<Changeset> parsed = ParseChangeset(bundle[i].dump());
    if (want["collection"] == "main/nimbus-desktop-experiments") {
      ASSERT_FALSE(parsed.ok());
      EXPECT_EQ(parsed.error().message, "nested more than 16 deep");
      continue;
    }
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(*SignedMessage(*parsed), *message);
    ASSERT_EQ(parsed->signatures.size(), 1u);
    EXPECT_EQ(parsed->signatures[0].signature, want["signature"]);
    EXPECT_EQ(parsed->signatures[0].x5u, want["x5u"]);
    ++num_parsed;
  }
  EXPECT_EQ(num_parsed, 5u);
}

TEST(ContentSignatureVectors, CanonicalTextOfMessageGroups) {
  CRLITE_NEEDS_VECTOR("content-signature/startup-bundle-prod");
  const std::string canonical = Read("startup-bundle-prod/message-groups.canonical.json");
  EXPECT_EQ(*CanonicalJson(json::parse(canonical)), canonical);
}

TEST(ContentSignatureVectors, ChainOf2021) {
  CRLITE_NEEDS_VECTOR("content-signature/app-services-2021");
  const std::string chain = Read("app-services-2021/chain.pem");
  const std::string signature = ReadLine("app-services-2021/signature.b64url");
  const std::string message = Read("app-services-2021/message.bin");
  const Sha256Digest root = RootOf(chain);
  constexpr char kSigner[] = "remote-settings.content-signature.mozilla.org";
  constexpr uint64_t kItsTimeMs = 1'615'559'719'000;

  Changeset empty;
  empty.timestamp_ms = 1'603'992'731'957;
  empty.records = json::array();
  EXPECT_EQ(*SignedMessage(empty), message);
  EXPECT_EQ(Verify(message, signature, chain, kSigner, root, kItsTimeMs), "");

  const std::string subject =
      "chain: certificate CN=remote-settings.content-signature.mozilla.org,OU=Cloud Services,"
      "O=Mozilla Corporation,L=Mountain View,ST=California,C=US: ";
  EXPECT_EQ(Verify(message, signature, chain, kSecurityStateSigner, root, kItsTimeMs),
            subject + "does not name onecrl.content-signature.mozilla.org");
  // By then root and intermediate have expired too, and are judged first.
  const std::string late = Verify(message, signature, chain, kSigner, root, 1'734'651'582'000);
  EXPECT_NE(late.find("expired on 2024-11-14T20:48:59Z, now is 2024-12-19T23:39:42Z"),
            std::string::npos)
      << late;
  EXPECT_EQ(Verify(message, signature, chain, kSigner, root, 1'622'505'600'000),
            subject + "expired on 2021-04-24T15:04:05Z, now is 2021-06-01T00:00:00Z");
  Changeset more = empty;
  more.records.push_back({{"id", "added"}});
  EXPECT_EQ(Verify(*SignedMessage(more), signature, chain, kSigner, root, kItsTimeMs),
            "signature: does not match");
  EXPECT_TRUE(Verify(message, signature, chain, kSigner, kProductionRoot, kItsTimeMs)
                  .starts_with("chain: leads to root 3c01446a"));
}

class RemoteSettingsVectors : public testing::Test {
 protected:
  void SetUp() override {
    CRLITE_NEEDS_VECTOR("content-signature/rs-unit-tests");
    cases_ = json::parse(Read("rs-unit-tests/cases.json"));
    const std::string root = Read("roots/xpcshellTestRoot.pem");
    root_ = RootOf(root);
    chain_ = Read("rs-unit-tests/collection_signing_ee.pem") +
             Read("rs-unit-tests/collection_signing_int.pem") + root;
  }

  std::string Verify(const std::string& message, const std::string& signature) const {
    return crlite::Verify(message, signature, chain_, kSecurityStateSigner, root_, kXpcshellTimeMs);
  }
  // A state of the collection as a server gives it.
  static json Document(const json& state) {
    return {{"timestamp", state["timestamp"]},
            {"changes", state["records"]},
            {"metadata", {{"signature", {{"signature", state["signature"]}, {"x5u", "x"}}}}}};
  }
  std::string Verify(const json& document) const {
    const Result<Changeset> changeset = ParseChangeset(document.dump());
    if (!changeset.ok()) return changeset.error().message;
    return Verify(*SignedMessage(*changeset), changeset->signatures[0].signature);
  }

  json cases_;
  std::string chain_;
  Sha256Digest root_;
};

TEST_F(RemoteSettingsVectors, EveryStateVerifiesAndNoneInPlaceOfAnother) {
  ASSERT_EQ(cases_["collections"].size(), 3u);
  for (const json& state : cases_["collections"]) {
    SCOPED_TRACE(state["name"]);
    const Result<Changeset> changeset = ParseChangeset(Document(state).dump());
    ASSERT_TRUE(changeset.ok()) << changeset.error().message;
    EXPECT_EQ(*SignedMessage(*changeset),
              "Content-Signature:\0"s + state["canonical"].get<std::string>());
    for (const json& other : cases_["collections"]) {
      json document = Document(state);
      document["metadata"]["signature"]["signature"] = other["signature"];
      EXPECT_EQ(Verify(document), other == state ? "" : "signature: does not match");
    }
  }
}

TEST_F(RemoteSettingsVectors, RawStringsVerify) {
  ASSERT_EQ(cases_["raw"].size(), 2u);
  for (const json& raw : cases_["raw"]) {
    const std::string message = "Content-Signature:\0"s + raw["data"].get<std::string>();
    EXPECT_EQ(Verify(message, raw["signature"]), "");
    EXPECT_EQ(Verify(message + " ", raw["signature"]), "signature: does not match");
  }
}

TEST_F(RemoteSettingsVectors, ADeletedRecordIsNotSigned) {
  // From the second state to the third: one record added, one deleted.
  json document = Document(cases_["collections"][2]);
  document["changes"].push_back(cases_["deletion"]);
  EXPECT_EQ(Verify(document), "");
  json merged = Document(cases_["collections"][1]);
  merged["changes"].push_back(cases_["collections"][2]["records"][1]);
  merged["timestamp"] = cases_["collections"][2]["timestamp"];
  merged["metadata"] = document["metadata"];
  EXPECT_EQ(Verify(merged), "signature: does not match");
  for (json& record : merged["changes"]) {
    if (record["id"] == cases_["deletion"]["id"]) record = cases_["deletion"];
  }
  EXPECT_EQ(Verify(merged), "");
}

TEST_F(RemoteSettingsVectors, MalformedSignaturesAreRefused) {
  for (const char* bad : {"aW52YWxpZCBzaWduYXR1cmUK", "aaaaaaaaaaaaaaaaaaaaaaaa"}) {
    json document = Document(cases_["collections"][0]);
    document["metadata"]["signature"]["signature"] = bad;
    EXPECT_EQ(Verify(document), "signature: wanted 96 bytes in base64url");
  }
}

class XpcshellVectors : public testing::Test {
 protected:
  void SetUp() override {
    CRLITE_NEEDS_VECTOR("content-signature/xpcshell");
    root_pem_ = Read("roots/xpcshellTestRoot.pem");
    root_ = RootOf(root_pem_);
    message_ = "Content-Signature:\0"s + Read("xpcshell/test.txt");
    signature_ = ReadLine("xpcshell/test.txt.signature");
  }

  // `signer`: the middle of the file's name.
  std::string Verify(const std::string& signer, const char* name = kXpcshellSigner) const {
    return crlite::Verify(message_, signature_, Chain(signer), name, root_, kXpcshellTimeMs);
  }
  std::string Chain(const std::string& signer) const {
    return Read("xpcshell/content_signing_" + signer + ".pem") +
           Read("xpcshell/content_signing_int.pem") + root_pem_;
  }

  std::string root_pem_, message_, signature_;
  Sha256Digest root_;
};

TEST_F(XpcshellVectors, GoodChains) {
  EXPECT_EQ(Verify("onecrl_ee"), "");
  EXPECT_EQ(Verify("remote_newtab_ee", "remotenewtab.content-signature.mozilla.org"), "");
}

TEST_F(XpcshellVectors, WrongNames) {
  EXPECT_EQ(Verify("onecrl_ee", "remotenewtab.content-signature.mozilla.org"),
            "chain: certificate CN=ee: does not name remotenewtab.content-signature.mozilla.org");
  EXPECT_EQ(Verify("remote_newtab_ee"),
            "chain: certificate CN=ee: does not name oneCRL-signer.mozilla.org");
  EXPECT_EQ(Verify("onecrl_no_SAN_ee"),
            "chain: certificate CN=ee-no-SAN: does not name oneCRL-signer.mozilla.org");
}

TEST_F(XpcshellVectors, WrongKeys) {
  EXPECT_EQ(Verify("onecrl_wrong_key_ee"),
            "chain: certificate CN=ee-wrong-key: the signer's key, wanted one of P-384");
  EXPECT_EQ(Verify("onecrl_RSA_ee"),
            "chain: certificate CN=ee-RSA: the signer's key, wanted one of P-384");
}

TEST_F(XpcshellVectors, WrongTimes) {
  EXPECT_EQ(Verify("onecrl_ee_expired"),
            "chain: certificate CN=ee-int-CA-expired: expired on 2014-01-01T00:00:00Z, now is "
            "2025-06-01T00:00:00Z");
  EXPECT_EQ(Verify("onecrl_ee_not_valid_yet"),
            "chain: certificate CN=ee-int-CA-not-yet-valid: valid from 2050-01-01T00:00:00Z on, "
            "now is 2025-06-01T00:00:00Z");
}

TEST_F(XpcshellVectors, WrongRoots) {
  for (const Sha256Digest& other :
       {kProductionRoot, RootOf(Read("roots/content-signature-stage.pem")),
        RootOf(Read("roots/content-signature-local.pem"))}) {
    EXPECT_EQ(crlite::Verify(message_, signature_, Chain("onecrl_ee"), kXpcshellSigner, other,
                             kXpcshellTimeMs),
              "chain: leads to root " + ToHex(root_.bytes) + ", which is none of the pinned ones");
  }
}

TEST_F(XpcshellVectors, WrongMessages) {
  for (const std::string& other : {message_ + "\n", message_.substr(0, message_.size() - 1),
                                   Read("xpcshell/test.txt"), std::string()}) {
    EXPECT_EQ(crlite::Verify(other, signature_, Chain("onecrl_ee"), kXpcshellSigner, root_,
                             kXpcshellTimeMs),
              "signature: does not match");
  }
}

}  // namespace
}  // namespace crlite
