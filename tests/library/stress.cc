// Many threads ask one store while another process replaces the snapshot ten times a second:
//   library_stress [--threads N] [--checks N]      by default 32 threads, a million checks each
//
// Odd generations revoke one certificate that even ones do not, by a filter of another name. So the
// generation that an answer names says what the answer must be: an answer from half of one snapshot
// and half of another would be seen. Afterwards nothing may be left of the snapshots that were
// replaced, neither mapped, nor on the heap, nor as a descriptor. Exit 1 when something is wrong.
#include <crlite/crlite.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "cascade/snapshot/install.h"
#include "tests/hook/pki.h"
#include "tests/support/clubcards.h"
#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

using hook::ByteVector;
using Clock = std::chrono::steady_clock;

constexpr auto kBetweenReplacements = std::chrono::milliseconds(100);
constexpr size_t kHeapTolerance = 64 << 10;  // what libc keeps of threads that have ended

// Never revoked, revoked in odd generations, always revoked: the serials 0, 1, 2.
constexpr uint8_t kSerials = 3;
bool IsRevoked(uint8_t serial, uint64_t generation) {
  return serial == 2 || (serial == 1 && generation % 2 == 1);
}
const char* FilterName(uint64_t generation) { return generation % 2 == 1 ? "odd" : "even"; }

// What the threads share, none of it changed after the first of them has started.
struct World {
  TemporaryDirectory directory;
  const hook::Certificate root = hook::MakeRoot();
  const IssuerSpkiHash issuer = root.SpkiHash();
  const ByteVector issuer_der = root.Der();
  std::vector<ByteVector> leaves;
  crlite_store* store = nullptr;

  World() {
    for (uint8_t serial = 0; serial < kSerials; ++serial) {
      hook::CertificateOptions options;
      options.serial = {serial};
      options.not_after += 86400;
      leaves.push_back(Issue(&root, options).Der());
    }
    Publish(1);
    if (crlite_open((directory.path() + "/snapshot").c_str(), 0, &store) != CRLITE_OK) abort();
  }
  ~World() { crlite_close(store); }

  void Publish(uint64_t generation) const {
    std::vector<ByteVector> revoked;
    for (uint8_t serial = 0; serial < kSerials; ++serial) {
      if (IsRevoked(serial, generation)) revoked.push_back({serial});
    }
    const Clubcard card = RevokingClubcard(issuer, hook::kTestLog, revoked);
    SnapshotInput input;
    input.filters = {{FilterName(generation), {}, 0, &card}};
    input.generation = generation;
    input.data_time_ms = static_cast<uint64_t>(time(nullptr)) * 1000;
    if (!InstallSnapshot(StatePaths(directory.path()), *CompileSnapshot(input)).ok()) abort();
  }
};

// A process that puts generation after generation in force, as crlite-sync would, until it is gone.
class Publisher {
 public:
  explicit Publisher(const World& world) : pid_(fork()) {
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    auto next = Clock::now();
    for (uint64_t generation = 2;; ++generation) {
      std::this_thread::sleep_until(next += kBetweenReplacements);
      world.Publish(generation);
    }
  }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  const pid_t pid_;
};

// Asks one question after the other and counts what is wrong with the answers.
class Questioner {
 public:
  explicit Questioner(const World& world) : world_(world), result_(crlite_result_new()) {
    memcpy(sct_.log_id, hook::kTestLog.bytes, sizeof sct_.log_id);
    sct_.timestamp_ms = hook::kTestTimestamp;
  }
  Questioner(const Questioner&) = delete;
  Questioner& operator=(const Questioner&) = delete;
  ~Questioner() { crlite_result_free(result_); }

  void Ask(uint64_t number) {
    const auto serial = static_cast<uint8_t>(number % kSerials);
    const bool by_chain = number / kSerials % 2 == 0;
    const crlite_error error = by_chain ? AskByChain(serial) : AskByFields(serial);
    const uint64_t generation = crlite_result_generation(result_);
    if (generation != generation_) ++generations_;
    wrong_ +=
        error == CRLITE_OK && generation >= generation_ && IsRight(serial, generation) ? 0 : 1;
    generation_ = generation;
  }
  uint64_t wrong() const { return wrong_; }
  // How many different ones were seen.
  uint64_t generations() const { return generations_; }

 private:
  crlite_error AskByChain(uint8_t serial) {
    const ByteVector& leaf = world_.leaves[serial];
    const ByteVector& issuer = world_.issuer_der;
    const crlite_certificate chain[] = {{leaf.data(), leaf.size()}, {issuer.data(), issuer.size()}};
    return crlite_check_chain(world_.store, chain, 2, CRLITE_NOW, result_);
  }
  crlite_error AskByFields(uint8_t serial) {
    return crlite_query(world_.store, world_.issuer.bytes, &serial, 1, &sct_, 1, result_);
  }
  bool IsRight(uint8_t serial, uint64_t generation) const {
    const bool is_revoked = IsRevoked(serial, generation);
    crlite_sct sct = {};
    return crlite_result_outcome(result_) == (is_revoked ? CRLITE_REVOKED : CRLITE_NOT_REVOKED) &&
           crlite_result_action(result_) == (is_revoked ? CRLITE_REFUSE : CRLITE_ALLOW) &&
           strcmp(crlite_result_filter(result_), FilterName(generation)) == 0 &&
           crlite_result_sct(result_, &sct) == 1 && sct.timestamp_ms == hook::kTestTimestamp &&
           crlite_result_data_state(result_) == CRLITE_DATA_FRESH;
  }

  const World& world_;
  crlite_result* const result_;
  crlite_sct sct_ = {};
  uint64_t generation_ = 0, generations_ = 0, wrong_ = 0;
};

struct Tally {
  std::atomic<uint64_t> wrong{0}, fewest_generations{UINT64_MAX};
};

void AskInThreads(const World& world, uint64_t threads, uint64_t checks, Tally* tally) {
  std::vector<std::thread> crowd;
  for (uint64_t i = 0; i < threads; ++i) {
    crowd.emplace_back([&world, checks, tally] {
      Questioner questioner(world);
      for (uint64_t k = 0; k < checks; ++k) questioner.Ask(k);
      tally->wrong += questioner.wrong();
      uint64_t fewest = tally->fewest_generations;
      while (questioner.generations() < fewest &&
             !tally->fewest_generations.compare_exchange_weak(fewest, questioner.generations())) {
      }
    });
  }
  for (std::thread& thread : crowd) thread.join();
}

// What the process has of the system.
struct Footprint {
  size_t heap = mallinfo2().uordblks;
  size_t descriptors = 0, snapshots = 0;

  explicit Footprint(const World& world) {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    descriptors = static_cast<size_t>(std::distance(begin(entries), end(entries)));
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      snapshots += line.find(world.directory.path() + "/snapshot") != std::string::npos ? 1 : 0;
    }
  }
};

bool Holds(bool is_so, const char* what) {
  if (!is_so) fprintf(stderr, "library_stress: not so: %s\n", what);
  return is_so;
}

int Main(uint64_t threads, uint64_t checks) {
  const World world;
  const Publisher publisher(world);
  Tally tally;
  AskInThreads(world, threads, checks / 10 + 1, &tally);  // libc's caches fill
  const Footprint before(world);
  tally.fewest_generations = UINT64_MAX;
  const uint64_t first = crlite_generation(world.store);
  const auto begin = Clock::now();
  AskInThreads(world, threads, checks, &tally);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const uint64_t last = crlite_generation(world.store);
  const Footprint after(world);

  printf("%lu threads, %lu checks: %.1f s, %.0f a second\n", threads, threads * checks, seconds,
         static_cast<double>(threads * checks) / seconds);
  printf("replacements: %lu, %.1f a second; fewest generations that a thread saw: %lu\n",
         last - first, static_cast<double>(last - first) / seconds,
         tally.fewest_generations.load());
  printf("wrong answers: %lu\n", tally.wrong.load());
  printf("heap: %zu bytes before, %zu after; descriptors: %zu, %zu; snapshots mapped: %zu, %zu\n",
         before.heap, after.heap, before.descriptors, after.descriptors, before.snapshots,
         after.snapshots);
  bool is_right = Holds(tally.wrong == 0, "every answer is that of its generation");
  is_right &= Holds(seconds < 1 || last - first >= static_cast<uint64_t>(seconds),
                    "the snapshot is replaced while they ask");
  is_right &= Holds(after.heap <= before.heap + kHeapTolerance, "the heap does not grow");
  is_right &= Holds(after.descriptors == before.descriptors, "no descriptor is kept");
  is_right &= Holds(after.snapshots == 1, "one snapshot is mapped");
  return is_right ? 0 : 1;
}

// "--name N"; false if that is not there.
bool ReadOption(const char* name, const char* option, const char* text, uint64_t* out) {
  if (text == nullptr || strcmp(option, name) != 0) return false;
  const char* const end = text + strlen(text);
  const auto [stop, error] = std::from_chars(text, end, *out);
  return error == std::errc() && stop == end && *out > 0;
}

}  // namespace
}  // namespace crlite

int main(int argc, char** argv) {
  uint64_t threads = 32, checks = 1'000'000;
  for (int i = 1; i < argc; i += 2) {
    if (!crlite::ReadOption("--threads", argv[i], argv[i + 1], &threads) &&
        !crlite::ReadOption("--checks", argv[i], argv[i + 1], &checks)) {
      fprintf(stderr, "usage: library_stress [--threads N] [--checks N]\n");
      return 64;
    }
  }
  return crlite::Main(threads, checks);
}
