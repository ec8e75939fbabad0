// Threads that ask while others end, fork, or put a new snapshot in force.
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/library/contract/asker.h"

namespace crlite::library {
namespace {

using hook::InChild;

// Asks in threads of its own until it is destroyed. Allocates nothing once it is made: a
// sanitizer's allocator does not survive a fork in the middle of another thread's work.
class Crowd {
 public:
  Crowd(crlite_store* store, const Asker& asker, int size) {
    const ByteVector leaf = asker.good.Der(), issuer = asker.root.Der();
    for (int i = 0; i < size; ++i) {
      threads_.emplace_back([this, store, leaf, issuer] {
        const crlite_certificate chain[] = {{leaf.data(), leaf.size()},
                                            {issuer.data(), issuer.size()}};
        const ResultPtr result(crlite_result_new());
        ++asking_;
        while (!stop_) {
          EXPECT_EQ(crlite_check_chain(store, chain, 2, CRLITE_NOW, result.get()), CRLITE_OK);
          EXPECT_EQ(AnswerOf(result.get()), kGood);
        }
      });
    }
    while (asking_ != size) std::this_thread::yield();
  }
  ~Crowd() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::atomic<int> asking_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

// The thread's request to be cancelled is pending while the library opens files: it must be
// honoured after the answer, not inside, where the reload would stay locked for good.
TEST(Cancellation, WaitsForTheAnswer) {
  InChild([] {
    Asker asker;
    asker.Publish();
    asker.Open();
    asker.PublishNothingRevoked();
    pthread_t thread;
    const auto ask = [](void* argument) -> void* {
      auto* const there = static_cast<Asker*>(argument);
      pthread_cancel(pthread_self());
      return there->Check(there->revoked) == kGood ? argument : nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, nullptr, ask, &asker), 0);
    void* result = nullptr;
    pthread_join(thread, &result);
    EXPECT_EQ(result, &asker) << "the thread ended inside the question";
    asker.Publish();
    asker.Expect(kGood, kRefused);
  });
}

TEST(Threads, ReportAtOnceWithinTheLimit) {
  InChild([] {
    Asker asker;
    asker.Publish();
    asker.Open();
    asker.Check(asker.revoked);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 100; ++k) crlite_report(asker.asked.get(), asker.result.get());
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_GE(hook::JournalLines().size(), 20u);
    EXPECT_LE(hook::JournalLines().size(), 40u) << "a minute may have ended in between";
  });
}

TEST(Threads, EachClosesItsOwnReference) {
  InChild([] {
    Asker asker;
    asker.Publish();
    asker.Open();
    {
      std::vector<std::thread> threads;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([store = StorePtr(crlite_ref(asker.asked.get()))] {
          for (int k = 0; k < 1000; ++k) {
            const StorePtr reference(crlite_ref(store.get()));
            EXPECT_EQ(crlite_generation(reference.get()), 1u);
          }
        });
      }
      asker.asked.reset();
      for (std::thread& thread : threads) thread.join();
    }
    EXPECT_EQ(hook::MappedSnapshots(asker.host.state()), 0);
  });
}

// A child inherits the memory of threads that it does not have. If it took them for readers, it
// could never let go of what they read.
TEST(Fork, WhileOtherThreadsAsk) {
  InChild([] {
    Asker asker;
    asker.Publish();
    asker.Open();
    const Crowd crowd(asker.asked.get(), asker, 4);
    for (uint64_t generation = 1; generation <= 12; ++generation) {
      // Nothing is being reloaded, so that all that the child inherits is readers.
      while (crlite_generation(asker.asked.get()) != generation ||
             hook::MappedSnapshots(asker.host.state()) != 1) {
        std::this_thread::yield();
      }
      ASSERT_EQ(hook::RunForked([&] {
                  asker.Publish();
                  EXPECT_EQ(crlite_generation(asker.asked.get()), generation + 1);
                  asker.Expect(kGood, kRefused);
                  EXPECT_EQ(hook::MappedSnapshots(asker.host.state()), 1)
                      << "threads of the parent hold a snapshot in the child";
                }),
                0);
      asker.Publish();  // the same once more, for the parent's count
    }
  });
}

// Nor may it wait for a reload that nobody will end.
TEST(Fork, WhileOtherThreadsReload) {
  InChild([] {
    Asker asker;
    asker.Publish();
    asker.Open();
    const pid_t publisher = fork();
    if (publisher == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) asker.Publish();
    }
    {
      const Crowd crowd(asker.asked.get(), asker, 4);
      for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(hook::RunForked([&] {
                    alarm(20);
                    const uint64_t before = crlite_generation(asker.asked.get());
                    while (crlite_generation(asker.asked.get()) < before + 3) usleep(100);
                    asker.Expect(kGood, kRefused);
                  }),
                  0);
      }
    }
    kill(publisher, SIGKILL);
    EXPECT_EQ(waitpid(publisher, nullptr, 0), publisher);
  });
}

}  // namespace
}  // namespace crlite::library
