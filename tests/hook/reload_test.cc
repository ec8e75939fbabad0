// A new generation, noticed by processes that run: alone, with threads, after a fork.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

TEST(Reload, NoticesANewGeneration) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    world.ExpectRefusal();
    world.PublishNothingRevoked();
    world.ExpectNoRefusal();
    world.Publish();
    world.ExpectRefusal();
    EXPECT_EQ(MappedSnapshots(world.host.state()), 1);
  });
}

TEST(Reload, OpensNothingWhileNothingChanged) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const int at_init = OpenCalls(world.host.state());
    EXPECT_GT(at_init, 0) << "the host's open() is not the one that the module calls";
    for (int i = 0; i < 100; ++i) world.ExpectRefusal();
    LetSecondsPass(3600);
    world.ExpectRefusal();
    EXPECT_EQ(OpenCalls(world.host.state()), at_init);
  });
}

TEST(Reload, NeverLooksAgainWithReloadNo) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Configure("reload = no");
    world.host.Load();
    const int at_init = OpenCalls(world.host.state());
    const ByteVector empty = world.host.Compile(world.root.SpkiHash(), {});
    world.host.PublishRaw(empty);
    const int by_us = OpenCalls(world.host.state()) - at_init;
    LetSecondsPass(3600);
    world.ExpectRefusal();
    EXPECT_EQ(OpenCalls(world.host.state()), at_init + by_us);
  });
}

TEST(Reload, KeepsTheOldDataWhenTheNewCannotBeRead) {
  InChild([] {
    World world;
    world.host.Configure();
    world.Publish();
    world.host.Load();
    const int in_force = MappedSnapshots(world.host.state());
    world.host.PublishRaw(ByteVector(1000, 'x'));
    world.ErrorOf(world.good);
    ASSERT_EQ(JournalLines().size(), 1u);
    EXPECT_NE(JournalLines()[0].find("MESSAGE=the new snapshot cannot be used: not a snapshot"),
              std::string::npos)
        << JournalLines()[0];
    world.ExpectRefusal();
    EXPECT_EQ(MappedSnapshots(world.host.state()), in_force);
  });
}

// The thread's request to be cancelled is pending while the module opens files: it must be honoured
// after the verification, not inside.
TEST(Reload, OutlivesACancelledThread) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    world.PublishNothingRevoked();
    pthread_t thread;
    const auto verify = [](void* argument) -> void* {
      auto* const there = static_cast<World*>(argument);
      pthread_cancel(pthread_self());
      const bool accepted = there->ErrorOf(there->revoked) == X509_V_OK;
      return accepted ? argument : nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, nullptr, verify, &world), 0);
    void* result = nullptr;
    pthread_join(thread, &result);
    EXPECT_EQ(result, &world) << "the thread ended inside the verification";
    world.Publish();
    world.ExpectRefusal();
  });
}

TEST(Reload, RetriesOnceAMinute) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    world.host.PublishRaw(ByteVector(1000, 'x'));
    world.ExpectRefusal();
    const size_t lines = JournalLines().size();
    // Mended, but without a new generation word.
    const ByteVector mended = world.host.Compile(world.root.SpkiHash(), {});
    std::filesystem::remove(world.host.snapshot());
    {
      std::FILE* file = std::fopen(world.host.snapshot().c_str(), "wb");
      std::fwrite(mended.data(), 1, mended.size(), file);
      std::fclose(file);
    }
    const int opened = OpenCalls(world.host.state());
    LetSecondsPass(50);
    world.ErrorOf(world.good);
    EXPECT_EQ(OpenCalls(world.host.state()), opened);
    LetSecondsPass(15);
    world.ExpectNoRefusal();
    EXPECT_EQ(JournalLines().size(), lines);
  });
}

TEST(Reload, FindsTheFirstSnapshotWithinAMinute) {
  InChild([] {
    World world;
    world.host.Load();
    world.ExpectNoRefusal();
    world.Publish();
    LetSecondsPass(61);
    world.ExpectRefusal();
  });
}

TEST(Reload, GoesFromPolicyAloneToDataAtOnce) {
  InChild([] {
    World world;
    world.host.PublishPolicy();
    world.host.Load();
    world.ExpectNoRefusal();
    world.Publish();
    world.ExpectRefusal();
  });
}

// Verifies in many threads until destroyed. A revoked leaf may be either, as snapshots come and go.
class Crowd {
 public:
  Crowd(World* world, int size) {
    for (int i = 0; i < size; ++i) {
      threads_.emplace_back([this, world] {
        while (!stop_) {
          EXPECT_EQ(world->ErrorOf(world->good), X509_V_OK);
          const int error = world->ErrorOf(world->revoked);
          (error == X509_V_OK ? accepted : refused) += 1;
          EXPECT_TRUE(error == X509_V_OK || error == X509_V_ERR_CERT_REVOKED) << error;
        }
      });
    }
  }
  ~Crowd() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  std::atomic<int> accepted{0}, refused{0};

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

TEST(Threads, VerifyWhileTheSnapshotIsReplaced) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Configure("journal = no");
    world.host.Load();
    {
      Crowd crowd(&world, 16);
      for (int i = 0; i < 300; ++i) {
        if (i % 2 == 0) {
          world.PublishNothingRevoked();
        } else {
          world.Publish();
        }
      }
      while (crowd.accepted == 0 || crowd.refused == 0) std::this_thread::yield();
    }
    world.ExpectRefusal();
    EXPECT_EQ(MappedSnapshots(world.host.state()), 1) << "an old snapshot pins disk space";
  });
}

TEST(Fork, BeforeTheModuleIsLoaded) {
  InChild([] {
    World world;
    world.Publish();
    EXPECT_EQ(RunForked([&] {
                world.host.Load();
                world.ExpectRefusal();
              }),
              0);
    world.ExpectNoRefusal();
  });
}

TEST(Fork, ChildAndParentGoOnIndependently) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    world.ExpectRefusal();
    EXPECT_EQ(RunForked([&] {
                world.ExpectRefusal();
                world.PublishNothingRevoked();
                world.ExpectNoRefusal();
                EXPECT_EQ(MappedSnapshots(world.host.state()), 1);
              }),
              0);
    world.ExpectNoRefusal();
  });
}

}  // namespace
}  // namespace crlite::hook
