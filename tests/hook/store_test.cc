// The store by itself: readers that stay while generations come and go.
#include "cascade/live/store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

struct OpenedStore {
  Host host;
  SnapshotPaths paths;
  Journal journal;
  StoreThreads threads;
  Store store{&threads, &journal};

  OpenedStore() {
    Publish();
    EXPECT_TRUE(paths.Set(host.snapshot().c_str()));
    store.Open(&paths, /*reload=*/true);
  }
  void Publish() { host.Publish(IssuerSpkiHash{}, {}); }
  int Mapped() const { return MappedSnapshots(host.state()); }
};

uint64_t GenerationOf(const StoreReader& reader) { return reader.data().snapshot.generation(); }

TEST(Store, UnmapsWhenTheLastReaderLeaves) {
  InChild([] {
    OpenedStore opened;
    auto first = std::make_unique<StoreReader>(opened.store);
    auto second = std::make_unique<StoreReader>(opened.store);
    opened.Publish();
    {
      const StoreReader reader(opened.store);
      EXPECT_EQ(GenerationOf(reader), 2u);
      EXPECT_EQ(GenerationOf(*first), 1u);
      EXPECT_EQ(opened.Mapped(), 2);
    }
    first.reset();
    EXPECT_EQ(opened.Mapped(), 2);
    EXPECT_EQ(GenerationOf(*second), 1u);
    second.reset();
    EXPECT_EQ(opened.Mapped(), 1);
  });
}

TEST(Store, NeverTakesAwayWhatIsBeingRead) {
  InChild([] {
    OpenedStore opened;
    std::vector<std::unique_ptr<StoreReader>> readers;
    for (int i = 0; i < 10; ++i) {
      readers.push_back(std::make_unique<StoreReader>(opened.store));
      opened.Publish();
    }
    // Four generations are held; there is no room for more until one is let go.
    const std::vector<uint64_t> want = {1, 2, 3, 4, 4, 4, 4, 4, 4, 4};
    for (size_t i = 0; i < readers.size(); ++i) EXPECT_EQ(GenerationOf(*readers[i]), want[i]);
    EXPECT_EQ(opened.Mapped(), 4);
    readers.clear();
    EXPECT_EQ(GenerationOf(StoreReader(opened.store)), 11u);
    EXPECT_EQ(opened.Mapped(), 1);
  });
}

TEST(Store, ForkedChildForgetsReadersThatItDoesNotHave) {
  InChild([] {
    OpenedStore opened;
    const StoreReader reader(opened.store);
    EXPECT_EQ(RunForked([&] {
                opened.store.ForgetOtherThreads();
                opened.Publish();
                EXPECT_EQ(GenerationOf(StoreReader(opened.store)), 2u);
                EXPECT_EQ(opened.Mapped(), 1);
              }),
              0);
    EXPECT_EQ(GenerationOf(reader), 1u);
  });
}

// A signal handler that forks may have interrupted a reader, which leaves in the child, too, where
// it is not counted any more.
TEST(Store, ForkInsideAReaderCostsNoOther) {
  InChild([] {
    OpenedStore opened;
    auto interrupted = std::make_unique<StoreReader>(opened.store);
    opened.store.ForgetOtherThreads();
    // At the same place, so that it is counted where the other one was.
    StoreReader* const place = interrupted.release();
    place->~StoreReader();
    const std::unique_ptr<StoreReader> later(new (place) StoreReader(opened.store));
    opened.Publish();
    EXPECT_EQ(GenerationOf(StoreReader(opened.store)), 2u);
    EXPECT_EQ(opened.Mapped(), 2) << "unmapped under a reader";
    EXPECT_EQ(GenerationOf(*later), 1u);
  });
}

// The child inherits readers that will never leave, perhaps a lock that nobody will release. (With
// whole verifications in place of readers it would also inherit libcrypto's locks, which libcrypto
// does not survive.)
TEST(Store, ForkWhileOtherThreadsReadAndReload) {
  InChild([] {
    OpenedStore opened;
    const pid_t publisher = fork();
    if (publisher == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) opened.Publish();
    }
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        while (!stop) EXPECT_GE(GenerationOf(StoreReader(opened.store)), 1u);
      });
    }
    for (int i = 0; i < 100; ++i) {
      const uint64_t before = GenerationOf(StoreReader(opened.store));
      EXPECT_EQ(RunForked([&] {
                  opened.store.ForgetOtherThreads();
                  for (int k = 0; k < 100; ++k)
                    EXPECT_GE(GenerationOf(StoreReader(opened.store)), before);
                }),
                0);
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    kill(publisher, SIGKILL);
    EXPECT_EQ(waitpid(publisher, nullptr, 0), publisher);
  });
}

}  // namespace
}  // namespace crlite::hook
