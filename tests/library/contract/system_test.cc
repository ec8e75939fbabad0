// What the library asks of the system. A thread that may only read, write and end (seccomp's strict
// mode) can go on asking a store that was opened with CRLITE_OPEN_NO_RELOAD; and stores that are
// closed leave nothing behind.
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "cascade/snapshot/install.h"
#include "tests/library/contract/asker.h"
#include "tests/support/clubcards.h"

namespace crlite::library {
namespace {

// Without hook::Host, whose clock is a system call.
struct World {
  TemporaryDirectory directory;
  const hook::Certificate root = hook::MakeRoot(), leaf = hook::Issue(&root);
  const ByteVector leaf_der = leaf.Der(), root_der = root.Der();
  const IssuerSpkiHash issuer = root.SpkiHash();
  const ResultPtr result{crlite_result_new()};
  uint64_t generation = 0;

  std::string snapshot() const { return directory.path() + "/snapshot"; }

  void Publish(const std::vector<ByteVector>& revoked) {
    const Clubcard card = RevokingClubcard(issuer, hook::kTestLog, revoked);
    SnapshotInput input;
    input.filters = {{"filter", {}, 0, &card}};
    input.generation = ++generation;
    input.data_time_ms = static_cast<uint64_t>(time(nullptr)) * 1000;
    EXPECT_TRUE(InstallSnapshot(StatePaths(directory.path()), *CompileSnapshot(input)).ok());
  }

  // Whether both ways of asking, again and again, give this answer.
  bool AlwaysAnswers(crlite_store* store, const Answer& wanted) const {
    const crlite_certificate chain[] = {{leaf_der.data(), leaf_der.size()},
                                        {root_der.data(), root_der.size()}};
    const crlite_sct sct = TestSct();
    const uint8_t serial[] = {0x01};
    for (int i = 0; i < 100; ++i) {
      if (crlite_check_chain(store, chain, 2, CRLITE_NOW, result.get()) != CRLITE_OK ||
          !(AnswerOf(result.get()) == wanted) ||
          crlite_query(store, issuer.bytes, serial, 1, &sct, 1, result.get()) != CRLITE_OK ||
          !(AnswerOf(result.get()) == wanted)) {
        return false;
      }
    }
    return crlite_result_generation(result.get()) == crlite_generation(store);
  }
};

// How a child ends that does this in the sandbox: 0 if it is true, else 1 or the signal.
int InSandbox(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) _exit(77);
    const bool is_true = body();
    syscall(SYS_exit, is_true ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

#define CRLITE_NEEDS_SANDBOX() \
  if (InSandbox([] { return true; }) == 77) GTEST_SKIP() << "skipped: no seccomp here"

TEST(Sandbox, AsksWithoutSystemCallsWithNoReload) {
  CRLITE_NEEDS_SANDBOX();
  World world;
  world.Publish({{0x01}});
  const StorePtr store = OpenStore(world.snapshot(), CRLITE_OPEN_NO_RELOAD);
  EXPECT_EQ(InSandbox([&] { return world.AlwaysAnswers(store.get(), kRefused); }), 0);
  world.Publish({});
  EXPECT_EQ(InSandbox([&] { return world.AlwaysAnswers(store.get(), kRefused); }), 0);
}

TEST(Sandbox, AsksWithoutSystemCallsWhereThereIsNoData) {
  CRLITE_NEEDS_SANDBOX();
  World world;
  const StorePtr store = OpenStore(world.snapshot(), CRLITE_OPEN_NO_RELOAD);
  EXPECT_EQ(InSandbox([&] { return world.AlwaysAnswers(store.get(), kNothing); }), 0);
}

TEST(Sandbox, NeedsNoReloadOnlyOnceTheSnapshotIsReplaced) {
  CRLITE_NEEDS_SANDBOX();
  World world;
  world.Publish({{0x01}});
  const StorePtr store = OpenStore(world.snapshot());
  EXPECT_EQ(InSandbox([&] { return world.AlwaysAnswers(store.get(), kRefused); }), 0);
  world.Publish({});
  EXPECT_EQ(InSandbox([&] { return world.AlwaysAnswers(store.get(), kGood); }), SIGKILL);
}

// ---- what is left behind ----------------------------------------------------------------------

long Mappings() {
  std::ifstream maps("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
}

size_t Descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

TEST(Stores, ComeAndGoWithoutATrace) {
  World world;
  world.Publish({{0x01}});
  const std::string snapshot = world.snapshot();
  const auto come_and_go = [&] {
    const StorePtr store = OpenStore(snapshot), none = OpenStore("/nonexistent/snapshot");
    EXPECT_TRUE(world.AlwaysAnswers(store.get(), kRefused));
    EXPECT_TRUE(world.AlwaysAnswers(none.get(), kNothing));
    const ResultPtr result(crlite_result_new());
    crlite_store* relative = nullptr;
    EXPECT_EQ(crlite_open("snapshot", 0, &relative), CRLITE_ERR_PATH);
  };
  for (int i = 0; i < 3; ++i) come_and_go();
  [[maybe_unused]] const long mappings = Mappings();
  const size_t descriptors = Descriptors(), heap = mallinfo2().uordblks;
  for (int i = 0; i < 300; ++i) come_and_go();
  EXPECT_EQ(mallinfo2().uordblks, heap);
#ifndef __SANITIZE_ADDRESS__  // whose allocator maps memory as it goes
  EXPECT_EQ(Mappings(), mappings);
#endif
  EXPECT_EQ(Descriptors(), descriptors);
}

}  // namespace
}  // namespace crlite::library
