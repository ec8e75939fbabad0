// What the host sees of a verdict: refusals, callbacks, modes.
#include <gtest/gtest.h>

#include "tests/hook/callbacks.h"
#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

Setup WithCallback(X509_STORE_CTX_verify_cb callback) {
  return [callback](X509_STORE_CTX* ctx) { X509_STORE_CTX_set_verify_cb(ctx, callback); };
}

TEST(Verdict, RefusesARevokedLeafAsACrlWould) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const Verification v = Verify(world.store.get(), world.revoked);
    EXPECT_EQ(v.result, 0);
    EXPECT_EQ(v.error, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(v.depth, 0);
    EXPECT_TRUE(v.current_is_leaf);
    EXPECT_EQ(v.queued_error, 0u) << "curl reads the first entry";
  });
}

TEST(Verdict, LeavesAGoodLeafAsItWas) {
  InChild([] {
    World world;
    world.Publish();
    const Verification before = Verify(world.store.get(), world.good);
    world.host.Load();
    const Verification after = Verify(world.store.get(), world.good);
    EXPECT_EQ(after.result, 1);
    EXPECT_EQ(after.error, X509_V_OK);
    EXPECT_EQ(after.depth, before.depth);
    EXPECT_EQ(after.current_is_leaf, before.current_is_leaf);
    EXPECT_EQ(after.queued_error, 0u);
  });
}

TEST(Verdict, SeesTheIntermediateAsIssuer) {
  InChild([] {
    World world;
    CertificateOptions options;
    options.subject = "intermediate";
    options.is_ca = true;
    options.sct_extension.reset();
    const Certificate intermediate = Issue(&world.root, options);
    options = {};
    options.serial = {0x02};
    const Certificate leaf = Issue(&intermediate, options);
    const Ptr<STACK_OF(X509)> untrusted(sk_X509_new_null());
    sk_X509_push(untrusted.get(), intermediate.x509.get());
    world.Publish();  // serial 2 of the root is revoked, not of the intermediate
    world.host.Load();
    EXPECT_EQ(Verify(world.store.get(), leaf, nullptr, untrusted.get()).error, X509_V_OK);
    world.host.Publish(intermediate.SpkiHash(), {{0x02}});
    EXPECT_EQ(Verify(world.store.get(), leaf, nullptr, untrusted.get()).error,
              X509_V_ERR_CERT_REVOKED);
  });
}

TEST(Verdict, TellsTheCallbackWhichMayRefuse) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const Verification v = Verify(world.store.get(), world.revoked, WithCallback(CountRefusals));
    EXPECT_EQ(v.result, 0);
    EXPECT_EQ(g_refusals_seen, 1);
    Verify(world.store.get(), world.good, WithCallback(CountRefusals));
    EXPECT_EQ(g_refusals_seen, 1);
  });
}

TEST(Verdict, LetsTheCallbackOverride) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    Verification v = Verify(world.store.get(), world.revoked, WithCallback(AcceptAll));
    EXPECT_EQ(v.result, 1);
    EXPECT_EQ(v.error, X509_V_ERR_CERT_REVOKED);
    v = Verify(world.store.get(), world.revoked, WithCallback(AcceptAllAndClear));
    EXPECT_EQ(v.result, 1);
    EXPECT_EQ(v.error, X509_V_OK);
  });
}

TEST(Verdict, InsistsWhenThePolicySaysSo) {
  InChild([] {
    World world;
    world.host.policy.insist = true;
    world.Publish();
    world.host.Load();
    const Verification v =
        Verify(world.store.get(), world.revoked, WithCallback(AcceptAllAndClear));
    EXPECT_EQ(v.result, 0);
    EXPECT_EQ(v.error, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(Verify(world.store.get(), world.good).result, 1);
  });
}

TEST(Verdict, WorksInAReusedContext) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    for (int i = 0; i < 6; ++i) {
      const Certificate& leaf = i % 2 == 0 ? world.revoked : world.good;
      ASSERT_EQ(X509_STORE_CTX_init(ctx.get(), world.store.get(), leaf.x509.get(), nullptr), 1);
      EXPECT_EQ(VerifyIn(ctx.get(), leaf).error, i % 2 == 0 ? X509_V_ERR_CERT_REVOKED : X509_V_OK);
      X509_STORE_CTX_cleanup(ctx.get());
    }
  });
}

TEST(Verdict, CoversStoresFromBeforeTheModuleAndContextsWithoutOne) {
  InChild([] {
    World world;
    world.Publish();
    const Ptr<X509_STORE_CTX> early(X509_STORE_CTX_new());
    world.host.Load();
    ASSERT_EQ(
        X509_STORE_CTX_init(early.get(), world.store.get(), world.revoked.x509.get(), nullptr), 1);
    EXPECT_EQ(VerifyIn(early.get(), world.revoked).error, X509_V_ERR_CERT_REVOKED);
    const Ptr<STACK_OF(X509)> trusted(sk_X509_new_null());
    sk_X509_push(trusted.get(), world.root.x509.get());
    const Verification v = Verify(nullptr, world.revoked, [&](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set0_trusted_stack(ctx, trusted.get());
    });
    EXPECT_EQ(v.error, X509_V_ERR_CERT_REVOKED);
  });
}

TEST(Mode, ShadowRefusesNothingAndTells) {
  InChild([] {
    World world;
    world.host.policy.mode = Mode::kShadow;
    world.Publish();
    world.host.Load();
    world.ExpectNoRefusal();
    ASSERT_EQ(JournalLines().size(), 1u);
    EXPECT_NE(JournalLines()[0].find("MESSAGE=would have refused a revoked certificate: serial 02"),
              std::string::npos);
    EXPECT_NE(JournalLines()[0].find("\nCRLITE_MODE=shadow\n"), std::string::npos);
  });
}

TEST(Mode, OffRefusesNothingInSilence) {
  InChild([] {
    World world;
    world.host.policy.mode = Mode::kOff;
    world.Publish();
    world.host.Load();
    world.ExpectNoRefusal();
    EXPECT_TRUE(JournalLines().empty());
  });
}

TEST(Mode, SectionReplacesThePolicys) {
  InChild([] {
    World world;
    world.host.policy.mode = Mode::kOff;
    world.Publish();
    world.host.Configure("mode = enforce");
    world.host.Load();
    world.ExpectRefusal();
  });
}

TEST(Mode, EnvironmentReplacesTheSection) {
  InChild([] {
    World world;
    world.Publish();
    setenv("CRLITE_MODE", "off", 1);
    world.host.Configure("mode = enforce");
    world.host.Load();
    world.ExpectNoRefusal();
  });
}

TEST(Mode, CannotBeWeakenedWhenThePolicyInsists) {
  InChild([] {
    World world;
    world.host.policy.insist = true;
    world.Publish();
    setenv("CRLITE_MODE", "off", 1);
    world.host.Configure("mode = shadow");
    world.host.Load();
    world.ExpectRefusal();
  });
}

TEST(Mode, WrongValuesCountAsUnsetAndAreTold) {
  InChild([] {
    World world;
    world.Publish();
    setenv("CRLITE_MODE", "of", 1);
    world.host.Configure("mode = offf\nreload = maybe");
    world.host.Load();
    ASSERT_EQ(JournalLines().size(), 3u);
    world.ExpectRefusal();
  });
}

}  // namespace
}  // namespace crlite::hook
