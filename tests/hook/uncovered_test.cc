// Chains about which the filters say nothing: allowed even when every kind of missing data is
// denied.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

CertificateOptions RevokedLeaf() {
  CertificateOptions options;
  options.serial = {0x02};
  return options;
}

// Verifies a revoked serial with one thing changed.
Verification Try(const DenyingWorld& world, const CertificateOptions& options,
                 const Setup& setup = nullptr) {
  return Verify(world.store.get(), Issue(&world.root, options), setup);
}

TEST(Uncovered, LeafWithoutScts) {
  InChild([] {
    DenyingWorld world;
    CertificateOptions options = RevokedLeaf();
    options.sct_extension.reset();
    EXPECT_EQ(Try(world, options).error, X509_V_OK);
  });
}

TEST(Uncovered, MalformedSctExtensions) {
  InChild([] {
    DenyingWorld world;
    const ByteVector good = EncodeSctExtension({{kTestLog, kTestTimestamp}});
    CertificateOptions options = RevokedLeaf();
    for (size_t size = 0; size < good.size(); ++size) {
      options.sct_extension = ByteVector(good.begin(), good.begin() + static_cast<long>(size));
      ASSERT_EQ(Try(world, options).error, X509_V_OK) << size;
    }
    for (const ByteVector& content : {ByteVector{4, 2, 0, 0}, ByteVector(70000, 0xff)}) {
      options.sct_extension = content;
      EXPECT_EQ(Try(world, options).error, X509_V_OK);
    }
  });
}

TEST(Uncovered, ChainOfOne) {
  InChild([] {
    DenyingWorld world;
    CertificateOptions options = RevokedLeaf();
    const Certificate self_signed = Issue(nullptr, options);
    X509_STORE_add_cert(world.store.get(), self_signed.x509.get());
    const Verification v = Verify(world.store.get(), self_signed);
    EXPECT_EQ(v.error, X509_V_OK);
    EXPECT_EQ(v.result, 1);
  });
}

TEST(Uncovered, PartialChainThatEndsAtTheLeaf) {
  InChild([] {
    DenyingWorld world;
    const Ptr<X509_STORE> store = StoreOf(world.revoked);
    const Verification v = Verify(store.get(), world.revoked, [](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
    });
    EXPECT_EQ(v.error, X509_V_OK);
  });
}

TEST(Uncovered, ExpiredLeafThatTheCallbackAccepts) {
  InChild([] {
    DenyingWorld world;
    CertificateOptions options = RevokedLeaf();
    options.not_before = time(nullptr) - 7200;
    options.not_after = time(nullptr) - 3600;
    const Verification v = Try(world, options, [](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set_verify_cb(ctx, [](int, X509_STORE_CTX*) { return 1; });
    });
    EXPECT_EQ(v.result, 1);
    EXPECT_EQ(v.error, X509_V_ERR_CERT_HAS_EXPIRED) << "not replaced by ours";
  });
}

TEST(Uncovered, LeafOutsideItsValidityAtTheVerificationTime) {
  InChild([] {
    DenyingWorld world;
    const time_t now = time(nullptr);
    const auto at = [&](time_t time) {
      return [time](X509_STORE_CTX* ctx) {
        X509_STORE_CTX_set_time(ctx, 0, time);
        X509_STORE_CTX_set_verify_cb(ctx, [](int, X509_STORE_CTX*) { return 1; });
      };
    };
    CertificateOptions options = RevokedLeaf();
    EXPECT_EQ(Try(world, options, at(now)).error, X509_V_ERR_CERT_REVOKED);
    EXPECT_NE(Try(world, options, at(now + 86400)).error, X509_V_ERR_CERT_REVOKED);
    EXPECT_NE(Try(world, options, at(now - 86400)).error, X509_V_ERR_CERT_REVOKED);
    // Expired by the clock, valid at the time that the program asks for.
    options.not_before = now - 7200;
    options.not_after = now - 3600;
    EXPECT_EQ(Try(world, options, at(now - 5000)).error, X509_V_ERR_CERT_REVOKED);
  });
}

// As with a raw public key: the verifier says yes, and there is no chain.
TEST(Uncovered, PeerWithoutACertificate) {
  InChild([] {
    DenyingWorld world;
    X509_STORE_set_verify(world.store.get(), [](X509_STORE_CTX*) { return 1; });
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_ERR_CERT_REVOKED) << "the hook is in force";
    const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    EXPECT_EQ(X509_STORE_CTX_init(ctx.get(), world.store.get(), nullptr, nullptr), 1);
    EXPECT_EQ(X509_STORE_CTX_get_verify(ctx.get())(ctx.get()), 1);
    EXPECT_EQ(X509_STORE_CTX_get0_chain(ctx.get()), nullptr);
    EXPECT_EQ(X509_STORE_CTX_get_error(ctx.get()), X509_V_OK);
  });
}

// The signer of a CRL is verified in a context of its own, whose parent is the leaf's.
TEST(Uncovered, SignerOfACrl) {
  InChild([] {
    World world;
    const auto [ca, signer, leaf] = IssueCrlSigner(world.root);
    X509_STORE_add_crl(world.store.get(), EmptyCrl(ca, signer, {2, 2, 2}).get());
    const Ptr<STACK_OF(X509)> untrusted(sk_X509_new_null());
    sk_X509_push(untrusted.get(), ca.x509.get());
    sk_X509_push(untrusted.get(), signer.x509.get());

    static int inner_contexts;
    const auto check_crl = [](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_EXTENDED_CRL_SUPPORT);
      X509_STORE_CTX_set_verify_cb(ctx, [](int ok, X509_STORE_CTX* c) {
        inner_contexts += X509_STORE_CTX_get0_parent_ctx(c) != nullptr ? 1 : 0;
        return ok;
      });
    };
    world.host.Publish(world.root.SpkiHash(), {{0x11}});
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(signer), X509_V_ERR_CERT_REVOKED) << "as a leaf it is revoked";
    EXPECT_EQ(Verify(world.store.get(), leaf, check_crl, untrusted.get()).error, X509_V_OK);
    EXPECT_GT(inner_contexts, 0) << "no CRL path was built";
  });
}

TEST(Uncovered, DaneEndEntity) {
  InChild([] {
    DenyingWorld world;
    SSL_CTX* const ssl_ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_dane_enable(ssl_ctx);
    SSL* const ssl = SSL_new(ssl_ctx);
    ASSERT_EQ(SSL_dane_enable(ssl, "example.org"), 1);
    const ByteVector der = world.revoked.Der();
    ASSERT_EQ(SSL_dane_tlsa_add(ssl, 3, 0, 0, der.data(), der.size()), 1);
    const Verification v = Verify(world.store.get(), world.revoked, [&](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set0_dane(ctx, SSL_get0_dane(ssl));
    });
    EXPECT_EQ(v.result, 1);
    EXPECT_EQ(v.error, X509_V_OK);
    SSL_free(ssl);
    SSL_CTX_free(ssl_ctx);
  });
}

// Nobody vouches for a chain whose bad signature a callback waved through: no line in the journal,
// and whatever the bytes are, no crash.
TEST(Unauthenticated, IsJudgedButNotReported) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const auto wave_through = [](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set_verify_cb(ctx, [](int, X509_STORE_CTX*) { return 1; });
    };
    const Certificate forged = Forge(world.revoked);
    EXPECT_EQ(Verify(world.store.get(), forged, wave_through).error, X509_V_ERR_CERT_REVOKED);
    EXPECT_TRUE(JournalLines().empty());
    EXPECT_EQ(Verify(world.store.get(), forged).error, X509_V_ERR_CERT_SIGNATURE_FAILURE);
  });
}

TEST(Unauthenticated, HostileBytesAreSurvived) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const ByteVector original = world.revoked.Der();
    int parsed = 0;
    for (size_t i = 0; i < original.size(); ++i) {
      for (const uint8_t change : ByteVector{0x01, 0x80, 0xff}) {
        ByteVector der = original;
        der[i] ^= change;
        const Certificate forged = Decode(der);
        if (forged.x509 == nullptr) continue;
        ++parsed;
        Verify(world.store.get(), forged, [](X509_STORE_CTX* ctx) {
          X509_STORE_CTX_set_verify_cb(ctx, [](int, X509_STORE_CTX*) { return 1; });
        });
      }
    }
    EXPECT_GT(parsed, 300);
  });
}

}  // namespace
}  // namespace crlite::hook
