// Programs with a verify function of their own, and what may happen to ours.
#include <gtest/gtest.h>

#include <utility>

#include "tests/hook/callbacks.h"
#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

VerifyFunction ReadBack(World* world) {
  VerifyFunction function = nullptr;
  Verify(world->store.get(), world->good,
         [&](X509_STORE_CTX* ctx) { function = X509_STORE_CTX_get_verify(ctx); });
  return function;
}

// The built-in verifier has run, and so have we.
void ExpectFullVerification(World* world) {
  world->ExpectRefusal();
  EXPECT_EQ(world->ErrorOf(Forge(world->good)), X509_V_ERR_CERT_SIGNATURE_FAILURE);
}

TEST(VerifyFunction, OfAStoreRunsBeforeUs) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    X509_STORE_set_verify(world.store.get(), AcceptWithoutLooking);
    world.ExpectRefusal();
    EXPECT_EQ(g_calls, 2);
    X509_STORE_set_verify(world.store.get(), RefuseWithoutLooking);
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_ERR_APPLICATION_VERIFICATION);
    EXPECT_EQ(world.ErrorOf(world.good), X509_V_ERR_APPLICATION_VERIFICATION);
    EXPECT_EQ(g_calls, 4);
  });
}

TEST(VerifyFunction, SetAfterInitReplacesUs) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const Verification v = Verify(world.store.get(), world.revoked, [](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set_verify(ctx, AcceptWithoutLooking);
    });
    EXPECT_EQ(v.error, X509_V_OK);
  });
}

TEST(VerifyFunction, SetAfterInitMayCallUs) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const Verification v = Verify(world.store.get(), world.revoked, [](X509_STORE_CTX* ctx) {
      g_read_back = X509_STORE_CTX_get_verify(ctx);
      X509_STORE_CTX_set_verify(ctx, CallReadBack);
    });
    EXPECT_EQ(v.error, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(g_calls, 1);
  });
}

TEST(VerifyFunction, OursInAStoreMeansTheBuiltInOne) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    X509_STORE_set_verify(world.store.get(), ReadBack(&world));
    ExpectFullVerification(&world);
  });
}

TEST(VerifyFunction, ThatCallsOursDoesNotRecur) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    g_read_back = ReadBack(&world);
    X509_STORE_set_verify(world.store.get(), CallReadBack);
    ExpectFullVerification(&world);
    EXPECT_EQ(g_calls, 3);
    // The inner call is the built-in verifier alone: the callback hears of one refusal, not of two.
    static int refusals;
    Verify(world.store.get(), world.revoked, [](X509_STORE_CTX* ctx) {
      X509_STORE_CTX_set_verify_cb(ctx, [](int ok, X509_STORE_CTX*) {
        refusals += ok == 0 ? 1 : 0;
        return 1;
      });
    });
    EXPECT_EQ(refusals, 1);
    // A context that is verified again: the guard was taken away again.
    const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    X509_STORE_CTX_init(ctx.get(), world.store.get(), world.revoked.x509.get(), nullptr);
    EXPECT_EQ(VerifyIn(ctx.get(), world.revoked).error, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(g_calls, 5);
    EXPECT_EQ(JournalLines().size(), 3u);
  });
}

template <size_t kNumber>
int Numbered(X509_STORE_CTX*) {
  g_calls = static_cast<int>(kNumber);
  return 1;
}

template <size_t... kNumber>
std::vector<VerifyFunction> NumberedFunctions(std::index_sequence<kNumber...>) {
  return {Numbered<kNumber>...};
}

// The table of remembered functions is finite: what does not fit stays in place, unhooked.
TEST(VerifyFunction, OneOfVeryManyIsNeverLost) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    world.ExpectRefusal();
    const auto functions = NumberedFunctions(std::make_index_sequence<100>());
    int hooked = 0;
    for (size_t i = 0; i < functions.size(); ++i) {
      X509_STORE_set_verify(world.store.get(), functions[i]);
      const int error = world.ErrorOf(world.revoked);
      EXPECT_EQ(g_calls, static_cast<int>(i));
      hooked += error == X509_V_ERR_CERT_REVOKED ? 1 : 0;
    }
    EXPECT_GT(hooked, 50);
    X509_STORE_set_verify(world.store.get(), nullptr);
    ExpectFullVerification(&world);
  });
}

// Fails the allocation that is this many away; negative: none.
int g_allocations_left = -1;
void* AllocateOrFail(size_t size, const char*, int) {
  return g_allocations_left-- == 0 ? nullptr : malloc(size);
}
void* ReallocateOrFail(void* old, size_t size, const char*, int) {
  return g_allocations_left-- == 0 ? nullptr : realloc(old, size);
}
void Free(void* memory, const char*, int) { free(memory); }

// Where memory is short there may be no room for what was there before us: then it stays in place.
TEST(VerifyFunction, StaysWhenTheSlotCannotBeSet) {
  EXPECT_EQ(RunForked([] {
              // Before anything else: libcrypto takes no others once it has allocated.
              ASSERT_EQ(CRYPTO_set_mem_functions(AllocateOrFail, ReallocateOrFail, Free), 1);
              OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
              World world;
              world.Publish();
              const VerifyFunction builtin = ReadBack(&world);
              world.host.Load();
              const Certificate forged = Forge(world.good);
              int unhooked = 0;
              bool is_over = false;
              for (int fails = 0; !is_over; ++fails) {
                ASSERT_LT(fails, 100);
                for (const Certificate* leaf : {&std::as_const(world.revoked), &forged}) {
                  const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
                  g_allocations_left = fails;
                  const int made =
                      X509_STORE_CTX_init(ctx.get(), world.store.get(), leaf->x509.get(), nullptr);
                  is_over = g_allocations_left >= 0;
                  g_allocations_left = -1;
                  if (made != 1) continue;
                  const bool is_hooked = X509_STORE_CTX_get_verify(ctx.get()) != builtin;
                  unhooked += is_hooked ? 0 : 1;
                  const int error = VerifyIn(ctx.get(), *leaf).error;
                  if (leaf == &forged) {
                    EXPECT_EQ(error, X509_V_ERR_CERT_SIGNATURE_FAILURE);
                  } else {
                    EXPECT_EQ(error, is_hooked ? X509_V_ERR_CERT_REVOKED : X509_V_OK);
                  }
                }
              }
              EXPECT_GT(unhooked, 0) << "no allocation was the slot's";
              world.ExpectRefusal();
            }),
            0);
}

// In a libctx that is not hooked, our index may be an application's own. Our function, carried
// there by hand, must not trust what it finds.
TEST(VerifyFunction, TrustsNoSlotOfAnApplications) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const VerifyFunction ours = ReadBack(&world);
    const Ptr<OSSL_LIB_CTX> other(OSSL_LIB_CTX_new());
    OSSL_LIB_CTX* const old = OSSL_LIB_CTX_set0_default(other.get());
    const Certificate forged = Forge(world.good);
    static char application_data[64] = "application data";
    for (int i = 0; i < 8; ++i) {
      const int index = X509_STORE_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
      for (void* data :
           {static_cast<void*>(application_data), reinterpret_cast<void*>(&AcceptWithoutLooking),
            reinterpret_cast<void*>(ours), reinterpret_cast<void*>(uintptr_t{1})}) {
        const auto carry = [&](X509_STORE_CTX* ctx) {
          X509_STORE_CTX_set_ex_data(ctx, index, data);
          X509_STORE_CTX_set_verify(ctx, ours);
        };
        EXPECT_EQ(Verify(world.store.get(), forged, carry).error,
                  X509_V_ERR_CERT_SIGNATURE_FAILURE);
        EXPECT_EQ(Verify(world.store.get(), world.revoked, carry).error, X509_V_ERR_CERT_REVOKED);
        EXPECT_EQ(Verify(world.store.get(), world.good, carry).error, X509_V_OK);
      }
    }
    EXPECT_EQ(g_calls, 0);
    OSSL_LIB_CTX_set0_default(old);
  });
}

}  // namespace
}  // namespace crlite::hook
