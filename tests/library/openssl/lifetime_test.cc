// References and slots, short memory, forks and threads.
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <pthread.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "tests/library/openssl/handshake.h"

namespace crlite::hook {
namespace {

TEST(Reference, IsKeptUntilTheX509StoreIsFreed) {
  InChild([] {
    AttachedWorld world;
    world.snapshot.reset();
    world.ExpectAttached();
    world.client.reset();
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_ERR_CERT_REVOKED) << "the X509_STORE lives on";
    world.store.reset();
    EXPECT_EQ(MappedSnapshots(world.host.state()), 0);
  });
}

TEST(Reference, IsNotTheOnlyOne) {
  InChild([] {
    AttachedWorld world;
    world.client.reset();
    world.store.reset();
    EXPECT_EQ(MappedSnapshots(world.host.state()), 1);
    world.store = StoreOf(world.root);
    world.client = ClientOf(world.store.get());
    ASSERT_EQ(crlite_attach_store(world.client.get(), world.snapshot.get()), 1);
    world.ExpectAttached();
  });
}

// A private libctx that is this thread's default for as long as it lives.
class AsDefault {
 public:
  AsDefault() : libctx_(OSSL_LIB_CTX_new()), old_(OSSL_LIB_CTX_set0_default(libctx_.get())) {}
  ~AsDefault() { OSSL_LIB_CTX_set0_default(old_); }

 private:
  const Ptr<OSSL_LIB_CTX> libctx_;
  OSSL_LIB_CTX* const old_;
};

TEST(Reference, IsGivenUpWhicheverLibctxWasTheFirst) {
  InChild([] {
    World world;
    world.Publish();
    {
      const AsDefault as_default;
      Store store = OpenStoreOf(world.host);
      ASSERT_EQ(crlite_attach_store(ClientOf(world.store.get()).get(), store.get()), 1);
      store.reset();
      world.ExpectRefusal();
    }
    world.ExpectRefusal();
    world.store.reset();
    EXPECT_EQ(MappedSnapshots(world.host.state()), 0);
  });
}

// In a private libctx our index numbers may be an application's own.
TEST(Slot, OfAnApplicationIsNotFollowed) {
  InChild([] {
    AttachedWorld world;
    const int next = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    static char application_data[64] = "application data";
    for (int index = 0; index < next; ++index) {
      for (void* data : {static_cast<void*>(application_data),
                         reinterpret_cast<void*>(uintptr_t{1}), static_cast<void*>(nullptr)}) {
        const Ptr<X509_STORE> store = StoreOf(world.root);
        const SslContext client = ClientOf(store.get());
        ASSERT_EQ(crlite_attach_store(client.get(), world.snapshot.get()), 1);
        X509_STORE_set_ex_data(store.get(), index, data);
        EXPECT_EQ(Verify(store.get(), Forge(world.good)).error, X509_V_ERR_CERT_SIGNATURE_FAILURE);
        EXPECT_EQ(Verify(store.get(), world.good).error, X509_V_OK);
        ASSERT_EQ(crlite_attach_store(client.get(), world.snapshot.get()), 1);
        EXPECT_EQ(Verify(store.get(), world.revoked).error, X509_V_ERR_CERT_REVOKED);
        X509_STORE_set_ex_data(store.get(), index, data);  // and so it is freed
      }
    }
    EXPECT_STREQ(application_data, "application data");
    world.ExpectAttached();
  });
}

// Fails the allocation that is this many away; negative: none.
int g_allocations_left = -1;
void* ReallocateOrFail(void* old, size_t size, const char*, int) {
  if (g_allocations_left-- != 0) return realloc(old, size);
  errno = ENOMEM;
  return nullptr;
}
void* AllocateOrFail(size_t size, const char* file, int line) {
  return ReallocateOrFail(nullptr, size, file, line);
}
void Free(void* memory, const char*, int) { free(memory); }

TEST(Memory, ThatIsShortAcceptsNothing) {
  EXPECT_EQ(RunForked([] {
              // Before anything else: libcrypto takes no others once it has allocated.
              ASSERT_EQ(CRYPTO_set_mem_functions(AllocateOrFail, ReallocateOrFail, Free), 1);
              OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
              AttachedWorld world;
              ServeMachinesStateFrom(world.host.state());
              const Ptr<X509_STORE> plain = StoreOf(world.root);
              // Attached, and by the callback.
              for (X509_STORE* const store : {world.store.get(), plain.get()}) {
                int short_of_memory = 0;
                for (int fails = 0;; ++fails) {
                  ASSERT_LT(fails, 1000);
                  const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
                  X509_STORE_CTX_init(ctx.get(), store, world.revoked.x509.get(), nullptr);
                  if (store == plain.get()) {
                    X509_STORE_CTX_set_verify_cb(ctx.get(), crlite_verify_callback);
                  }
                  g_allocations_left = fails;
                  const int result = X509_verify_cert(ctx.get());
                  const bool was_short = g_allocations_left < 0;
                  g_allocations_left = -1;
                  EXPECT_LE(result, 0) << "accepted when allocation " << fails << " failed";
                  const int error = X509_STORE_CTX_get_error(ctx.get());
                  short_of_memory += error == X509_V_ERR_OUT_OF_MEM ? 1 : 0;
                  if (was_short) continue;
                  EXPECT_EQ(error, X509_V_ERR_CERT_REVOKED);
                  break;
                }
                EXPECT_GE(short_of_memory, 2) << "the two certificates";
              }
              world.ExpectAttached();
            }),
            0);
}

TEST(Memory, ThatIsShortAttachesWhollyOrNotAtAll) {
  EXPECT_EQ(RunForked([] {
              ASSERT_EQ(CRYPTO_set_mem_functions(AllocateOrFail, ReallocateOrFail, Free), 1);
              OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
              AttachedWorld world;
              int failures = 0;
              for (int fails = 0;; ++fails) {
                ASSERT_LT(fails, 100);
                const Ptr<X509_STORE> store = StoreOf(world.root);
                const SslContext client = ClientOf(store.get());
                g_allocations_left = fails;
                errno = 4711;
                const bool is_attached =
                    crlite_attach_store(client.get(), world.snapshot.get()) == 1;
                const bool was_short = g_allocations_left < 0;
                g_allocations_left = -1;
                EXPECT_EQ(errno, 4711);
                EXPECT_EQ(ERR_peek_error(), 0u);
                failures += is_attached ? 0 : 1;
                EXPECT_EQ(Verify(store.get(), world.revoked).error,
                          is_attached ? X509_V_ERR_CERT_REVOKED : X509_V_OK);
                if (!was_short) {
                  EXPECT_TRUE(is_attached);
                  break;
                }
              }
              EXPECT_GE(failures, 2) << "what is remembered, and its slots";
              world.store.reset();
              world.client.reset();
              world.snapshot.reset();
              EXPECT_EQ(MappedSnapshots(world.host.state()), 0) << "a reference was lost";
            }),
            0);
}

TEST(Fork, ChildAndParentGoOnIndependently) {
  InChild([] {
    AttachedWorld world;
    world.ExpectAttached();
    EXPECT_EQ(RunForked([&] {
                world.ExpectAttached();
                world.PublishNothingRevoked();
                EXPECT_TRUE(world.ToRevoked().connected);
                EXPECT_EQ(MappedSnapshots(world.host.state()), 1);
              }),
              0);
    EXPECT_TRUE(world.ToRevoked().connected);
  });
}

TEST(Threads, ShakeHandsWhileTheSnapshotIsReplaced) {
  InChild([] {
    AttachedWorld world;
    std::atomic<int> accepted{0}, refused{0};
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        while (!stop) {
          EXPECT_TRUE(world.ToGood().connected);
          const Handshake handshake = world.ToRevoked();
          (handshake.connected ? accepted : refused) += 1;
          EXPECT_EQ(handshake.client_result,
                    handshake.connected ? X509_V_OK : X509_V_ERR_CERT_REVOKED);
        }
      });
    }
    // The store is replaced as well: by one of the same snapshot.
    for (int i = 0; i < 50 || accepted == 0 || refused == 0; ++i) {
      if (i % 2 == 0) {
        world.PublishNothingRevoked();
      } else {
        world.Publish();
      }
      world.snapshot = OpenStoreOf(world.host);
      EXPECT_EQ(crlite_attach_store(world.client.get(), world.snapshot.get()), 1);
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    world.Publish();
    world.ExpectAttached();
    EXPECT_EQ(MappedSnapshots(world.host.state()), 1) << "an old snapshot pins disk space";
  });
}

TEST(Threads, OpenTheMachinesSnapshotTogether) {
  for (int round = 0; round < 5; ++round) {
    InChild([] {
      World world;
      world.Publish();
      ServeMachinesStateFrom(world.host.state());
      std::barrier start(8);
      std::vector<std::thread> threads;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&world, &start, i] {
          const Ptr<X509_STORE> store = StoreOf(world.root);
          const SslContext client = ClientOf(store.get());
          start.arrive_and_wait();
          if (i % 2 == 0) {
            EXPECT_EQ(crlite_attach(client.get()), 1);
          } else {
            X509_STORE_set_verify_cb(store.get(), crlite_verify_callback);
          }
          EXPECT_EQ(Verify(store.get(), world.revoked).error, X509_V_ERR_CERT_REVOKED);
          EXPECT_EQ(Verify(store.get(), world.good).error, X509_V_OK);
        });
      }
      for (std::thread& thread : threads) thread.join();
      EXPECT_EQ(MappedSnapshots(world.host.state()), 1);
    });
  }
}

// The thread's request to be cancelled is honoured after the check, not inside.
TEST(Threads, AreNotCancelledInside) {
  InChild([] {
    AttachedWorld world;
    world.PublishNothingRevoked();
    pthread_t thread;
    const auto verify = [](void* argument) -> void* {
      auto* const there = static_cast<AttachedWorld*>(argument);
      pthread_cancel(pthread_self());
      return there->ErrorOf(there->revoked) == X509_V_OK ? argument : nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, nullptr, verify, &world), 0);
    void* result = nullptr;
    pthread_join(thread, &result);
    EXPECT_EQ(result, &world) << "the thread ended inside the verification";
    world.Publish();
    world.ExpectAttached();
  });
}

}  // namespace
}  // namespace crlite::hook
