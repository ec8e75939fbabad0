// Certificates that an exemption lets through, and those that it does not.
#include <gtest/gtest.h>

#include "cascade/base/hex.h"
#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

constexpr uint64_t kHourMs = 3600 * 1000;

uint64_t NowMs() { return static_cast<uint64_t>(time(nullptr)) * 1000; }

ExemptionKey KeyOfSerial(const Certificate& issuer, const ByteVector& serial) {
  return CertificateExemptionKey(issuer.SpkiHash(), serial);
}
ExemptionKey KeyOfLeafKey(const Certificate& leaf) {
  return LeafKeyExemptionKey(leaf.SpkiHash().bytes);
}

// The first 16 digits: what `crlite exempt` shows.
std::string IdOf(const ExemptionKey& key) { return ToHex(key.bytes).substr(0, 16); }

// Serial 0x02, which is revoked, is exempt for another hour; 0x03 is revoked too.
struct ExemptingWorld : World {
  Certificate also_revoked;
  ExemptionKey key;

  ExemptingWorld() : key(KeyOfSerial(root, {0x02})) {
    CertificateOptions options;
    options.serial = {0x03};
    also_revoked = Issue(&root, options);
    host.exemptions = {{key, NowMs() + kHourMs}};
  }
  void Publish() { host.Publish(root.SpkiHash(), {{0x02}, {0x03}}); }
};

// The only line of the journal says that a revoked certificate was let through by this exemption.
void ExpectExemptionIsTold(const ExemptionKey& key) {
  ASSERT_EQ(JournalLines().size(), 1u);
  const std::string line = JournalLines()[0];
  EXPECT_NE(line.find("MESSAGE=let through a revoked certificate by exemption " + IdOf(key) +
                      ": serial 02"),
            std::string::npos)
      << line;
  EXPECT_NE(line.find("\nCRLITE_EXEMPTION=" + IdOf(key) + "\n"), std::string::npos) << line;
  EXPECT_NE(line.find("\nCRLITE_OUTCOME=Revoked\n"), std::string::npos) << line;
}

TEST(Exemption, LetsOneCertificateThroughAndTells) {
  InChild([] {
    ExemptingWorld world;
    world.Publish();
    const Verification before = Verify(world.store.get(), world.revoked);
    world.host.Load();
    const Verification v = Verify(world.store.get(), world.revoked);
    EXPECT_EQ(v.result, 1);
    EXPECT_EQ(v.error, X509_V_OK);
    EXPECT_EQ(v.depth, before.depth);
    EXPECT_EQ(v.queued_error, 0u);
    ExpectExemptionIsTold(world.key);
    EXPECT_EQ(world.ErrorOf(world.also_revoked), X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(JournalLines()[1].find("CRLITE_EXEMPTION"), std::string::npos);
  });
}

TEST(Exemption, HoldsAgainstAnInsistingPolicy) {
  InChild([] {
    ExemptingWorld world;
    world.host.policy.insist = true;
    world.Publish();
    world.host.Load();
    EXPECT_EQ(Verify(world.store.get(), world.revoked).result, 1);
    ExpectExemptionIsTold(world.key);
    EXPECT_EQ(Verify(world.store.get(), world.also_revoked).result, 0);
  });
}

TEST(Exemption, EndsByItself) {
  InChild([] {
    ExemptingWorld world;
    world.host.exemptions[0].until_ms = NowMs() + 2000;
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_OK);
    while (NowMs() <= world.host.exemptions[0].until_ms) usleep(50 * 1000);
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_ERR_CERT_REVOKED) << "no reload, no publish";
    EXPECT_EQ(JournalLines().size(), 2u);
  });
}

TEST(Exemption, OfOneSerialDoesNothingForOthers) {
  InChild([] {
    ExemptingWorld world;
    const Certificate other_root = MakeRoot("other root");
    world.host.exemptions = {{KeyOfSerial(world.root, {0x01}), NowMs() + kHourMs},
                             {KeyOfSerial(world.root, {0x00, 0x02}), NowMs() + kHourMs},
                             {KeyOfSerial(world.root, {}), NowMs() + kHourMs},
                             {KeyOfSerial(other_root, {0x02}), NowMs() + kHourMs}};
    world.Publish();
    world.host.Load();
    world.ExpectRefusal();
  });
}

TEST(Exemption, OfALeafKeyCoversAllItsCertificates) {
  InChild([] {
    ExemptingWorld world;
    CertificateOptions options;
    options.serial = {0x03};
    options.key = world.revoked.key.get();
    const Certificate same_key = Issue(&world.root, options);
    world.host.exemptions = {{KeyOfLeafKey(world.revoked), NowMs() + kHourMs}};
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_OK);
    ExpectExemptionIsTold(KeyOfLeafKey(world.revoked));
    EXPECT_EQ(world.ErrorOf(same_key), X509_V_OK);
    EXPECT_EQ(world.ErrorOf(world.also_revoked), X509_V_ERR_CERT_REVOKED) << "of another key";
  });
}

TEST(Exemption, OfTheIssuersKeyDoesNothing) {
  InChild([] {
    ExemptingWorld world;
    world.host.exemptions = {{KeyOfLeafKey(world.root), NowMs() + kHourMs}};
    world.Publish();
    world.host.Load();
    world.ExpectRefusal();
  });
}

TEST(Exemption, IsTheOneOfTheCertificateWhenItsKeyHasOneToo) {
  InChild([] {
    ExemptingWorld world;
    world.host.exemptions.push_back({KeyOfLeafKey(world.revoked), NowMs() + kHourMs});
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_OK);
    ExpectExemptionIsTold(world.key);
  });
}

TEST(Exemption, IsToldInShadowModeToo) {
  InChild([] {
    ExemptingWorld world;
    world.host.policy.mode = Mode::kShadow;
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_OK);
    ExpectExemptionIsTold(world.key);
    EXPECT_EQ(world.ErrorOf(world.also_revoked), X509_V_OK);
    EXPECT_NE(JournalLines()[1].find("MESSAGE=would have refused"), std::string::npos);
  });
}

TEST(Exemption, LetsThroughWhatStaleDataWouldDeny) {
  InChild([] {
    ExemptingWorld world;
    world.host.policy.stale = Action::kDeny;
    world.host.data_time -= 11 * 86400;
    world.key = KeyOfSerial(world.root, {0x01});
    world.host.exemptions.push_back({world.key, NowMs() + kHourMs});
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(world.good), X509_V_OK);
    ASSERT_EQ(JournalLines().size(), 1u);
    EXPECT_NE(
        JournalLines()[0].find("MESSAGE=let through a certificate by exemption " + IdOf(world.key) +
                               ", as the revocation data is stale: serial 01"),
        std::string::npos)
        << JournalLines()[0];
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_OK);
    EXPECT_EQ(world.ErrorOf(world.also_revoked), X509_V_ERR_CERT_REVOKED);
  });
}

TEST(Exemption, OfAGoodCertificateIsNoNews) {
  InChild([] {
    ExemptingWorld world;
    world.host.exemptions = {{KeyOfSerial(world.root, {0x01}), NowMs() + kHourMs}};
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(world.good), X509_V_OK);
    EXPECT_TRUE(JournalLines().empty());
  });
}

TEST(Exemption, ComesAndGoesWithGenerations) {
  InChild([] {
    ExemptingWorld world;
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_OK);
    world.host.exemptions.clear();
    world.Publish();
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_ERR_CERT_REVOKED);
  });
}

}  // namespace
}  // namespace crlite::hook
