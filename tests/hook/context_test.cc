// Library contexts, and every order of loading and unloading.
#include <gtest/gtest.h>
#include <openssl/provider.h>

#include <thread>

#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

int g_refusals = 0;
int CountRefusals(int ok, X509_STORE_CTX*) {
  g_refusals += ok == 0 ? 1 : 0;
  return ok;
}

// How often the callback hears of one refusal: twice would mean two hooks in one context.
int RefusalsHeard(World* world) {
  g_refusals = 0;
  Verify(world->store.get(), world->revoked,
         [](X509_STORE_CTX* ctx) { X509_STORE_CTX_set_verify_cb(ctx, CountRefusals); });
  return g_refusals;
}

Ptr<OSSL_LIB_CTX> NewLibctx() { return Ptr<OSSL_LIB_CTX>(OSSL_LIB_CTX_new()); }

// A private libctx that is this thread's default for as long as it lives.
class AsDefault {
 public:
  explicit AsDefault(OSSL_LIB_CTX* libctx) : old_(OSSL_LIB_CTX_set0_default(libctx)) {}
  ~AsDefault() { OSSL_LIB_CTX_set0_default(old_); }

 private:
  OSSL_LIB_CTX* old_;
};

TEST(Libctx, HooksOnceWhateverTheInitialisations) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const Ptr<OSSL_LIB_CTX> first = NewLibctx(), second = NewLibctx();
    world.host.Load(first.get());
    world.host.Load(second.get());
    world.ExpectRefusal();
    EXPECT_EQ(RefusalsHeard(&world), 1);
  });
}

TEST(Libctx, CoversAPrivateOne) {
  InChild([] {
    World world;
    world.Publish();
    const Ptr<OSSL_LIB_CTX> libctx = NewLibctx();
    world.host.Load(libctx.get());
    const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new_ex(libctx.get(), nullptr));
    X509_STORE_CTX_init(ctx.get(), world.store.get(), world.revoked.x509.get(), nullptr);
    EXPECT_EQ(VerifyIn(ctx.get(), world.revoked).error, X509_V_ERR_CERT_REVOKED);
    world.ExpectRefusal();
  });
}

TEST(Libctx, ThreadDefaultAtInitIsTheOneThatIsHooked) {
  InChild([] {
    World world;
    world.Publish();
    // Different index numbers in the two.
    X509_STORE_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    const Ptr<OSSL_LIB_CTX> libctx = NewLibctx();
    {
      const AsDefault as_default(libctx.get());
      world.host.Load(libctx.get());
      world.ExpectRefusal();
      EXPECT_EQ(RefusalsHeard(&world), 1);
    }
    world.ExpectNoRefusal();
    world.host.Load();
    world.ExpectRefusal();
    EXPECT_EQ(RefusalsHeard(&world), 1);
    const AsDefault as_default(libctx.get());
    world.ExpectRefusal();
    EXPECT_EQ(RefusalsHeard(&world), 1);
  });
}

TEST(Libctx, AnotherThreadDefaultIsNotReachedAndNotHarmed) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const Ptr<OSSL_LIB_CTX> libctx = NewLibctx();
    {
      const AsDefault as_default(libctx.get());
      world.ExpectNoRefusal();
    }
    world.ExpectRefusal();
  });
}

TEST(Libctx, MoreThanThereArePlacesForIsNoHarm) {
  InChild([] {
    World world;
    world.Publish();
    for (int i = 0; i < 12; ++i) {
      const Ptr<OSSL_LIB_CTX> libctx = NewLibctx();
      const AsDefault as_default(libctx.get());
      for (int k = 0; k < i; ++k) {
        X509_STORE_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
      }
      world.host.Load(libctx.get());
      if (i < 8) {
        world.ExpectRefusal();
      } else {
        world.ExpectNoRefusal();
      }
    }
  });
}

TEST(Libctx, TwoThreadsInitialiseAtOnce) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Configure();
    std::vector<std::thread> threads;
    std::vector<Ptr<OSSL_LIB_CTX>> contexts(8);
    for (Ptr<OSSL_LIB_CTX>& libctx : contexts) {
      libctx = NewLibctx();
      threads.emplace_back([&world, &libctx] {
        EXPECT_EQ(OSSL_LIB_CTX_load_config(libctx.get(), world.host.config().c_str()), 1);
        EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_ERR_CERT_REVOKED);
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(RefusalsHeard(&world), 1);
  });
}

TEST(Provider, DescribesItself) {
  InChild([] {
    World world;
    world.host.Load();
    OSSL_PROVIDER* const provider = OSSL_PROVIDER_load(nullptr, "crlite");
    ASSERT_NE(provider, nullptr);
    const char *name = nullptr, *version = nullptr, *build = nullptr;
    int status = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_ptr("name", const_cast<char**>(&name), 0),
        OSSL_PARAM_construct_utf8_ptr("version", const_cast<char**>(&version), 0),
        OSSL_PARAM_construct_utf8_ptr("buildinfo", const_cast<char**>(&build), 0),
        OSSL_PARAM_construct_int("status", &status), OSSL_PARAM_construct_end()};
    ASSERT_EQ(OSSL_PROVIDER_get_params(provider, params), 1);
    EXPECT_STREQ(name, "CRLite certificate revocation");
    ASSERT_NE(version, nullptr);
    EXPECT_EQ(std::string(build), std::string("crlite ") + version);
    EXPECT_EQ(status, 1);
    EXPECT_NE(OSSL_PROVIDER_gettable_params(provider), nullptr);
    OSSL_PROVIDER_unload(provider);
  });
}

TEST(Unload, OfAPrivateLibctxLeavesTheHookActive) {
  InChild([] {
    World world;
    world.Publish();
    Ptr<OSSL_LIB_CTX> libctx = NewLibctx();
    world.host.Load(libctx.get());
    world.ExpectRefusal();
    libctx.reset();
    world.ExpectRefusal();
    world.PublishNothingRevoked();
    world.ExpectNoRefusal();
    libctx = NewLibctx();
    world.host.Load(libctx.get());
    EXPECT_EQ(RefusalsHeard(&world), 0);
    world.Publish();
    EXPECT_EQ(RefusalsHeard(&world), 1);
  });
}

TEST(Unload, OfALibctxThatWasHookedItself) {
  InChild([] {
    World world;
    world.Publish();
    for (int i = 0; i < 20; ++i) {
      const Ptr<OSSL_LIB_CTX> libctx = NewLibctx();
      const AsDefault as_default(libctx.get());
      world.host.Load(libctx.get());
      world.ExpectRefusal();
    }
    world.ExpectNoRefusal();
  });
}

TEST(Unload, OfTheProviderWhileAContextIsOpen) {
  InChild([] {
    World world;
    world.Publish();
    const Ptr<OSSL_LIB_CTX> libctx = NewLibctx();
    OSSL_PROVIDER_set_default_search_path(libctx.get(), CRLITE_BINARY_DIR "/lib");
    OSSL_PROVIDER* const provider = OSSL_PROVIDER_load(libctx.get(), "crlite");
    ASSERT_NE(provider, nullptr);
    const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    X509_STORE_CTX_init(ctx.get(), world.store.get(), world.good.x509.get(), nullptr);
    EXPECT_EQ(OSSL_PROVIDER_unload(provider), 1);
    EXPECT_EQ(VerifyIn(ctx.get(), world.good).error, X509_V_OK);
    OSSL_PROVIDER* const again = OSSL_PROVIDER_load(libctx.get(), "crlite");
    EXPECT_NE(again, nullptr);
    EXPECT_EQ(world.ErrorOf(world.good), X509_V_OK);
    OSSL_PROVIDER_unload(again);
  });
}

// The usual end of a program, with contexts open and with none.
TEST(Unload, ByExit) {
  for (const bool keep_open : {false, true}) {
    InChild([keep_open] {
      EXPECT_EQ(RunForked([keep_open] {
                  static World* const world = new World;
                  world->Publish();
                  world->host.Load();
                  world->ExpectRefusal();
                  static X509_STORE_CTX* const ctx = X509_STORE_CTX_new();
                  X509_STORE_CTX_init(ctx, world->store.get(), world->good.x509.get(), nullptr);
                  if (!keep_open) {
                    X509_STORE_CTX_free(ctx);
                    delete world;
                  }
                  exit(testing::Test::HasFailure() ? 1 : 0);
                }),
                0);
    });
  }
}

TEST(Unload, ByExplicitCleanup) {
  InChild([] {
    auto world = std::make_unique<World>();
    world->Publish();
    world->host.Load();
    world->ExpectRefusal();
    world.reset();
    OPENSSL_cleanup();
  });
}

}  // namespace
}  // namespace crlite::hook
