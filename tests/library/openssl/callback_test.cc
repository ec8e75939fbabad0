// crlite_verify_callback where nothing is attached, and where it must leave well alone.
#include <gtest/gtest.h>
#include <openssl/sslerr.h>

#include "tests/library/openssl/handshake.h"

namespace crlite::hook {
namespace {

// The machine's snapshot is the host's, and nothing is attached.
struct CallbackWorld : World {
  SslContext client, good_server, revoked_server;

  CallbackWorld()
      : client(ClientOf(store.get())),
        good_server(ServerOf(good)),
        revoked_server(ServerOf(revoked)) {
    Publish();
    ServeMachinesStateFrom(host.state());
  }

  void ExpectChecked(const SslSetup& setup = nullptr) {
    const Handshake refused = Connect(client.get(), revoked_server.get(), setup);
    EXPECT_FALSE(refused.connected);
    EXPECT_EQ(refused.client_result, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(refused.client_error, SSL_R_CERTIFICATE_VERIFY_FAILED);
    EXPECT_EQ(refused.server_error, SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED);
    const Handshake accepted = Connect(client.get(), good_server.get(), setup);
    EXPECT_TRUE(accepted.connected);
    EXPECT_EQ(accepted.client_result, X509_V_OK);
    EXPECT_EQ(JournalLines().size(), 1u);
  }
};

void UseCallback(X509_STORE_CTX* ctx) { X509_STORE_CTX_set_verify_cb(ctx, crlite_verify_callback); }

TEST(VerifyCallback, OfAContextRefusesTheRevoked) {
  InChild([] {
    CallbackWorld world;
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER, crlite_verify_callback);
    world.ExpectChecked();
  });
}

TEST(VerifyCallback, OfAConnectionRefusesTheRevoked) {
  InChild([] {
    CallbackWorld world;
    world.ExpectChecked(
        [](SSL* ssl) { SSL_set_verify(ssl, SSL_VERIFY_PEER, crlite_verify_callback); });
  });
}

TEST(VerifyCallback, OfAStoreRefusesTheRevoked) {
  InChild([] {
    CallbackWorld world;
    X509_STORE_set_verify_cb(world.store.get(), crlite_verify_callback);
    world.ExpectChecked();
  });
}

TEST(VerifyCallback, CalledByTheProgramsOwnRefusesTheRevoked) {
  InChild([] {
    CallbackWorld world;
    SSL_CTX_set_verify(world.client.get(), SSL_VERIFY_PEER,
                       [](int ok, X509_STORE_CTX* ctx) { return crlite_verify_callback(ok, ctx); });
    world.ExpectChecked();
  });
}

// It refuses as an attached store does.
TEST(VerifyCallback, SetsTheErrorAtTheLeaf) {
  InChild([] {
    CallbackWorld world;
    const Verification v = Verify(world.store.get(), world.revoked, UseCallback);
    EXPECT_EQ(v.result, 0);
    EXPECT_EQ(v.error, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(v.depth, 0);
    EXPECT_TRUE(v.current_is_leaf);
    EXPECT_EQ(v.queued_error, 0u);
  });
}

TEST(VerifyCallback, LeavesOtherRefusalsAsTheyAre) {
  InChild([] {
    CallbackWorld world;
    const Verification v = Verify(world.store.get(), Forge(world.revoked), UseCallback);
    EXPECT_EQ(v.result, 0);
    EXPECT_EQ(v.error, X509_V_ERR_CERT_SIGNATURE_FAILURE);
    EXPECT_TRUE(JournalLines().empty());
  });
}

// Once a chain, when the leaf's turn comes: neither for its other certificates, nor when libcrypto
// tells of a policy (ok = 2), nor for what is refused already.
TEST(VerifyCallback, AsksOnceAboutAChain) {
  InChild([] {
    CallbackWorld world;
    world.host.policy.stale = Action::kReport;  // so that each question leaves a line
    world.host.data_time = time(nullptr) - 365 * 86400;
    world.Publish();
    EXPECT_EQ(Verify(world.store.get(), world.good, UseCallback).error, X509_V_OK);
    EXPECT_EQ(JournalLines().size(), 1u);
    Verify(world.store.get(), world.good, [](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set_verify_cb(ctx, [](int ok, X509_STORE_CTX* c) {
        if (ok == 1 && X509_STORE_CTX_get_error_depth(c) == 0) {
          EXPECT_EQ(crlite_verify_callback(2, c), 2);
          EXPECT_EQ(crlite_verify_callback(0, c), 0);
        }
        return ok;
      });
    });
    EXPECT_EQ(JournalLines().size(), 1u);
  });
}

// A store of the program's is asked even where another verify function took the check's place.
TEST(VerifyCallback, AnswersFromTheAttachedStore) {
  InChild([] {
    AttachedWorld world;
    static X509_STORE_CTX_verify_fn builtin;
    Verify(StoreOf(world.root).get(), world.good,
           [](X509_STORE_CTX* ctx) { builtin = X509_STORE_CTX_get_verify(ctx); });
    X509_STORE_set_verify(world.store.get(), [](X509_STORE_CTX* ctx) { return builtin(ctx); });
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_OK) << "the check is away";
    Host machine;
    machine.Publish(world.root.SpkiHash(), {{0x01}});
    ServeMachinesStateFrom(machine.state());
    EXPECT_EQ(Verify(world.store.get(), world.revoked, UseCallback).error, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(Verify(world.store.get(), world.good, UseCallback).error, X509_V_OK);
    const Ptr<X509_STORE> other = StoreOf(world.root);
    EXPECT_EQ(Verify(other.get(), world.good, UseCallback).error, X509_V_ERR_CERT_REVOKED);
  });
}

TEST(VerifyCallback, WithoutASnapshotLetsThroughInSilence) {
  InChild([] {
    CallbackWorld world;
    TemporaryDirectory nothing;
    ServeMachinesStateFrom(nothing.path());
    EXPECT_EQ(Verify(world.store.get(), world.revoked, UseCallback).error, X509_V_OK);
    EXPECT_TRUE(JournalLines().empty());
  });
}

}  // namespace
}  // namespace crlite::hook
