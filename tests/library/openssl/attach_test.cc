// What an attached SSL_CTX does to connections, and how it composes with what the program sets.
#include <gtest/gtest.h>
#include <openssl/sslerr.h>

#include "tests/hook/callbacks.h"
#include "tests/library/openssl/handshake.h"

namespace crlite::hook {
namespace {

int RefuseAll(int, X509_STORE_CTX* ctx) {
  X509_STORE_CTX_set_error(ctx, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

// A policy under which everything that the data is asked about is told.
void PublishReporting(World* world) {
  world->host.policy.stale = Action::kReport;
  world->host.data_time = time(nullptr) - 365 * 86400;
  world->Publish();
}

TEST(Attach, RefusesARevokedServer) {
  InChild([] {
    World world;
    world.Publish();
    const SslContext client = ClientOf(world.store.get()), server = ServerOf(world.revoked);
    EXPECT_TRUE(Connect(client.get(), server.get()).connected) << "not attached yet";
    const Store store = OpenStoreOf(world.host);
    ASSERT_EQ(crlite_attach_store(client.get(), store.get()), 1);
    const Handshake handshake = Connect(client.get(), server.get());
    EXPECT_FALSE(handshake.connected);
    EXPECT_EQ(handshake.client_result, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(handshake.client_error, SSL_R_CERTIFICATE_VERIFY_FAILED) << "and nothing before it";
    EXPECT_EQ(handshake.server_error, SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED);
    ASSERT_EQ(JournalLines().size(), 1u);
    EXPECT_NE(JournalLines()[0].find("MESSAGE=refused a revoked certificate: serial 02"),
              std::string::npos);
  });
}

TEST(Attach, AcceptsAGoodServer) {
  InChild([] {
    AttachedWorld world;
    const Handshake handshake = world.ToGood();
    EXPECT_TRUE(handshake.connected);
    EXPECT_EQ(handshake.client_result, X509_V_OK);
    EXPECT_TRUE(JournalLines().empty());
  });
}

TEST(Attach, LeavesTheRestOfTheVerificationAsItIs) {
  InChild([] {
    AttachedWorld world;
    const Verification forged = Verify(world.store.get(), Forge(world.revoked));
    EXPECT_EQ(forged.error, X509_V_ERR_CERT_SIGNATURE_FAILURE);
    EXPECT_EQ(forged.result, 0);
    EXPECT_TRUE(JournalLines().empty());
    const Ptr<X509_STORE> plain = StoreOf(world.root);
    const Verification before = Verify(plain.get(), world.good);
    const Verification after = Verify(world.store.get(), world.good);
    EXPECT_EQ(after.result, before.result);
    EXPECT_EQ(after.depth, before.depth);
    EXPECT_EQ(after.current_is_leaf, before.current_is_leaf);
  });
}

TEST(Attach, AnswersFromTheMachinesSnapshot) {
  InChild([] {
    World world;
    world.Publish();
    ServeMachinesStateFrom(world.host.state());
    const SslContext client = ClientOf(world.store.get());
    ASSERT_EQ(crlite_attach(client.get()), 1);
    world.ExpectRefusal();
    EXPECT_FALSE(Connect(client.get(), ServerOf(world.revoked).get()).connected);
    world.PublishNothingRevoked();
    world.ExpectNoRefusal();
    const SslContext other = ClientOf(StoreOf(world.root).get());
    ASSERT_EQ(crlite_attach(other.get()), 1);
    EXPECT_EQ(MappedSnapshots(world.host.state()), 1) << "one for all";
  });
}

TEST(Attach, RefusesARevokedClient) {
  InChild([] {
    World world;
    world.Publish();
    const Store store = OpenStoreOf(world.host);
    const SslContext server = ServerOf(world.good);
    SSL_CTX_set1_cert_store(server.get(), world.store.get());
    SSL_CTX_set_verify(server.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    ASSERT_EQ(crlite_attach_store(server.get(), store.get()), 1);
    const SslContext client = ClientOf(StoreOf(world.root).get());
    const auto show = [](const Certificate& leaf) {
      return [&leaf](SSL* ssl) {
        SSL_use_certificate(ssl, leaf.x509.get());
        SSL_use_PrivateKey(ssl, leaf.key.get());
      };
    };
    EXPECT_TRUE(Connect(client.get(), server.get(), show(world.good)).connected);
    const Handshake handshake = Connect(client.get(), server.get(), show(world.revoked));
    EXPECT_FALSE(handshake.connected);
    EXPECT_EQ(handshake.server_result, X509_V_ERR_CERT_REVOKED);
  });
}

TEST(Attach, TellsProgramsThatVerifyNothing) {
  InChild([] {
    AttachedWorld world;
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_NONE, nullptr);
    const Handshake handshake = world.ToRevoked();
    EXPECT_TRUE(handshake.connected);
    EXPECT_EQ(handshake.client_result, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(world.ToGood().client_result, X509_V_OK);
  });
}

TEST(Attach, CoversConnectionsFromBefore) {
  InChild([] {
    World world;
    world.Publish();
    const Store store = OpenStoreOf(world.host);
    const SslContext client = ClientOf(world.store.get()), server = ServerOf(world.revoked);
    const Handshake handshake = Connect(client.get(), server.get(), [&](SSL*) {
      EXPECT_EQ(crlite_attach_store(client.get(), store.get()), 1);
    });
    EXPECT_EQ(handshake.client_result, X509_V_ERR_CERT_REVOKED);
  });
}

TEST(Attach, CoversAllContextsOfAStore) {
  InChild([] {
    AttachedWorld world;
    const SslContext other = ClientOf(world.store.get());
    EXPECT_FALSE(Connect(other.get(), world.revoked_server.get()).connected);
    EXPECT_TRUE(Connect(other.get(), world.good_server.get()).connected);
    world.client.reset();
    EXPECT_FALSE(Connect(other.get(), world.revoked_server.get()).connected);
  });
}

TEST(Attach, CoversTheStoreThatIsForVerificationAlone) {
  InChild([] {
    World world;
    world.Publish();
    const Store store = OpenStoreOf(world.host);
    const Ptr<X509_STORE> unused(X509_STORE_new());
    const SslContext client = ClientOf(unused.get()), server = ServerOf(world.revoked);
    SSL_CTX_set1_verify_cert_store(client.get(), world.store.get());
    EXPECT_TRUE(Connect(client.get(), server.get()).connected) << "not attached yet";
    ASSERT_EQ(crlite_attach_store(client.get(), store.get()), 1);
    EXPECT_FALSE(Connect(client.get(), server.get()).connected);
    EXPECT_TRUE(Connect(client.get(), ServerOf(world.good).get()).connected);
  });
}

TEST(Attach, AgainChangesNothing) {
  InChild([] {
    AttachedWorld world;
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(crlite_attach_store(world.client.get(), world.snapshot.get()), 1);
    }
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER, CountRefusals);
    world.ExpectAttached();
    EXPECT_EQ(g_refusals_seen, 1);
    EXPECT_EQ(JournalLines().size(), 1u);
  });
}

TEST(Attach, OfAnotherStoreReplacesTheFirst) {
  InChild([] {
    AttachedWorld world;
    Host other_host;
    other_host.Publish(world.root.SpkiHash(), {{0x01}});
    const Store other = OpenStoreOf(other_host);
    ASSERT_EQ(crlite_attach_store(world.client.get(), other.get()), 1);
    EXPECT_TRUE(world.ToRevoked().connected);
    EXPECT_FALSE(world.ToGood().connected);
    world.snapshot.reset();
    EXPECT_EQ(MappedSnapshots(world.host.state()), 0) << "nobody needs it any more";
    EXPECT_EQ(MappedSnapshots(other_host.state()), 1);
  });
}

TEST(Attach, WantsAContextAndAStore) {
  InChild([] {
    AttachedWorld world;
    EXPECT_EQ(crlite_attach(nullptr), 0);
    EXPECT_EQ(crlite_attach_store(nullptr, world.snapshot.get()), 0);
    EXPECT_EQ(crlite_attach_store(world.client.get(), nullptr), 0);
    world.ExpectAttached();
    const SslContext nothing = ClientOf(world.store.get());
    SSL_CTX_set_cert_store(nothing.get(), nullptr);
    EXPECT_EQ(crlite_attach_store(nothing.get(), world.snapshot.get()), 0);
  });
}

// However the program sets its callback, it hears of the refusal once.
TEST(Callback, HearsOfTheRefusalWhereverItWasSet) {
  InChild([] {
    AttachedWorld world;
    const auto expect_one_refusal = [&](SSL_CTX* client, const SslSetup& setup) {
      g_refusals_seen = 0;
      EXPECT_FALSE(Connect(client, world.revoked_server.get(), setup).connected);
      EXPECT_EQ(g_refusals_seen, 1);
      EXPECT_TRUE(Connect(client, world.good_server.get(), setup).connected);
      EXPECT_EQ(g_refusals_seen, 1);
    };
    const auto on_context = [](SSL_CTX* client) {
      SSL_CTX_set_verify(client, SSL_VERIFY_PEER, CountRefusals);
    };
    const auto on_store = [](SSL_CTX* client) {
      X509_STORE_set_verify_cb(SSL_CTX_get_cert_store(client), CountRefusals);
    };
    for (void (*set)(SSL_CTX*) : {+on_context, +on_store}) {
      for (const bool is_set_before : {true, false}) {
        const SslContext client = ClientOf(StoreOf(world.root).get());
        if (is_set_before) set(client.get());
        ASSERT_EQ(crlite_attach_store(client.get(), world.snapshot.get()), 1);
        if (!is_set_before) set(client.get());
        expect_one_refusal(client.get(), nullptr);
      }
    }
    expect_one_refusal(world.client.get(),
                       [](SSL* ssl) { SSL_set_verify(ssl, SSL_VERIFY_PEER, CountRefusals); });
  });
}

TEST(Callback, KeepsItsSay) {
  InChild([] {
    AttachedWorld world;
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER, AcceptAll);
    Handshake handshake = world.ToRevoked();
    EXPECT_TRUE(handshake.connected);
    EXPECT_EQ(handshake.client_result, X509_V_ERR_CERT_REVOKED);
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER, AcceptAllAndClear);
    handshake = world.ToRevoked();
    EXPECT_TRUE(handshake.connected);
    EXPECT_EQ(handshake.client_result, X509_V_OK);
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER, RefuseAll);
    EXPECT_EQ(world.ToGood().client_result, X509_V_ERR_APPLICATION_VERIFICATION);
  });
}

TEST(Callback, HasNoSayWhenThePolicyInsists) {
  InChild([] {
    AttachedWorld world([](World* w) {
      w->host.policy.insist = true;
      w->Publish();
    });
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER, AcceptAllAndClear);
    const Handshake handshake = world.ToRevoked();
    EXPECT_FALSE(handshake.connected);
    EXPECT_EQ(handshake.client_result, X509_V_ERR_CERT_REVOKED);
    EXPECT_TRUE(world.ToGood().connected);
  });
}

// crlite_verify_callback on an attached store: one check, not two.
TEST(Callback, OfTheLibraryAddsNothingWhereTheStoreIsAttached) {
  InChild([] {
    AttachedWorld world(PublishReporting);
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER, crlite_verify_callback);
    world.ExpectAttached();
    EXPECT_EQ(JournalLines().size(), 2u);
  });
}

VerifyFunction ReadBack(X509_STORE* store) {
  const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  X509_STORE_CTX_init(ctx.get(), store, nullptr, nullptr);
  return X509_STORE_CTX_get_verify(ctx.get());
}

// A store with this verify function, attached.
Ptr<X509_STORE> AttachedStore(const AttachedWorld& world, VerifyFunction function) {
  Ptr<X509_STORE> store = StoreOf(world.root);
  X509_STORE_set_verify(store.get(), function);
  EXPECT_EQ(crlite_attach_store(ClientOf(store.get()).get(), world.snapshot.get()), 1);
  return store;
}

void ExpectFullVerification(const AttachedWorld& world, X509_STORE* store) {
  EXPECT_EQ(Verify(store, world.revoked).error, X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(Verify(store, world.good).error, X509_V_OK);
  EXPECT_EQ(Verify(store, Forge(world.good)).error, X509_V_ERR_CERT_SIGNATURE_FAILURE);
}

TEST(VerifyFunction, OfTheStoreRunsBeforeTheCheck) {
  InChild([] {
    AttachedWorld world;
    Ptr<X509_STORE> store = AttachedStore(world, RefuseWithoutLooking);
    EXPECT_EQ(Verify(store.get(), world.revoked).error, X509_V_ERR_APPLICATION_VERIFICATION);
    EXPECT_EQ(Verify(store.get(), world.good).error, X509_V_ERR_APPLICATION_VERIFICATION);
    EXPECT_EQ(g_calls, 2);
    EXPECT_TRUE(JournalLines().empty());
    // It says yes and builds no chain, as with a raw public key: there is nothing to ask.
    store = AttachedStore(world, AcceptWithoutLooking);
    const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    ASSERT_EQ(X509_STORE_CTX_init(ctx.get(), store.get(), nullptr, nullptr), 1);
    EXPECT_EQ(X509_STORE_CTX_get_verify(ctx.get())(ctx.get()), 1);
    EXPECT_EQ(g_calls, 3);
    EXPECT_EQ(X509_STORE_CTX_get_error(ctx.get()), X509_V_OK);
  });
}

TEST(VerifyFunction, ThatCallsOursDoesNotRecur) {
  InChild([] {
    AttachedWorld world;
    g_read_back = ReadBack(world.store.get());
    const Ptr<X509_STORE> store = AttachedStore(world, CallReadBack);
    ExpectFullVerification(world, store.get());
    EXPECT_EQ(g_calls, 3);
    EXPECT_EQ(JournalLines().size(), 1u) << "one check, and one line";
  });
}

// A context that is verified again is checked again.
TEST(VerifyFunction, IsBackInItsPlaceAfterwards) {
  InChild([] {
    AttachedWorld world;
    const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    for (int i = 0; i < 4; ++i) {
      const Certificate& leaf = i % 2 == 0 ? world.revoked : world.good;
      X509_STORE_CTX_init(ctx.get(), world.store.get(), leaf.x509.get(), nullptr);
      const VerifyFunction ours = X509_STORE_CTX_get_verify(ctx.get());
      EXPECT_EQ(VerifyIn(ctx.get(), leaf).error, i % 2 == 0 ? X509_V_ERR_CERT_REVOKED : X509_V_OK);
      EXPECT_EQ(X509_STORE_CTX_get_verify(ctx.get()), ours);
      X509_STORE_CTX_cleanup(ctx.get());
    }
  });
}

TEST(VerifyFunction, OursElsewhereMeansTheBuiltInOneAndTheMachinesSnapshot) {
  InChild([] {
    AttachedWorld world;
    ServeMachinesStateFrom(world.host.state());
    const VerifyFunction ours = ReadBack(world.store.get());
    const Ptr<X509_STORE> store = StoreOf(world.root);
    X509_STORE_set_verify(store.get(), ours);
    ExpectFullVerification(world, store.get());
    ASSERT_EQ(crlite_attach_store(ClientOf(store.get()).get(), world.snapshot.get()), 1);
    ExpectFullVerification(world, store.get());
    // In a context without a store.
    const Ptr<STACK_OF(X509)> trusted(sk_X509_new_null());
    sk_X509_push(trusted.get(), world.root.x509.get());
    const auto carry = [&](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set0_trusted_stack(ctx, trusted.get());
      X509_STORE_CTX_set_verify(ctx, ours);
    };
    EXPECT_EQ(Verify(nullptr, world.revoked, carry).error, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(Verify(nullptr, world.good, carry).error, X509_V_OK);
  });
}

TEST(VerifyFunction, ThatTookOursAwayIsTold) {
  InChild([] {
    AttachedWorld world;
    X509_STORE_set_verify(world.store.get(), RefuseWithoutLooking);
    EXPECT_EQ(crlite_attach_store(world.client.get(), world.snapshot.get()), 0);
    EXPECT_EQ(world.ErrorOf(world.good), X509_V_ERR_APPLICATION_VERIFICATION) << "left alone";
  });
}

// With the module, whichever comes first: the check is made twice, and nothing else changes.
TEST(Module, AndLibraryTogetherDoNoHarm) {
  for (const bool is_module_first : {true, false}) {
    InChild([is_module_first] {
      World machine;
      machine.Publish();
      if (is_module_first) machine.host.Load();
      AttachedWorld world;
      if (!is_module_first) machine.host.Load();
      SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER, CountRefusals);
      world.ExpectAttached();
      EXPECT_EQ(g_refusals_seen, 1);
      ExpectFullVerification(world, world.store.get());
      // What only one of the two knows is refused as well.
      machine.host.Publish(world.root.SpkiHash(), {{0x01}});
      EXPECT_EQ(world.ErrorOf(world.good), X509_V_ERR_CERT_REVOKED);
      EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_ERR_CERT_REVOKED);
      // The other's verify function, read back and put into a store.
      g_read_back = ReadBack(world.store.get());
      const Ptr<X509_STORE> store = AttachedStore(world, CallReadBack);
      EXPECT_EQ(Verify(store.get(), world.revoked).error, X509_V_ERR_CERT_REVOKED);
      EXPECT_LT(g_calls, 10);
    });
  }
}

}  // namespace
}  // namespace crlite::hook
