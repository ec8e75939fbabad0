// What one question to the C library costs, beside the check inside of it and the whole hook:
//   bench_library --set DIR --module crlite.so [options of Google Benchmark]
//
// Names of benchmarks are those of the report (tests/bench/report/report.py).
#include <benchmark/benchmark.h>
#include <crlite/crlite.h>
#include <openssl/crypto.h>

#include <cstring>

#include "tests/bench/hook_world.h"
#include "tests/bench/verified_context.h"

namespace crlite::bench {
namespace {

using benchmark::RegisterBenchmark;
using benchmark::State;

// The world as the library takes it. Lives until the process ends.
struct Questions {
  explicit Questions(const World& world) : issuer(world.root.Der()) {
    Must(crlite_open(world.snapshot_path().c_str(), 0, &store) == CRLITE_OK, "store opens");
    for (const hook::Certificate& leaf : world.leaves) leaves.push_back(leaf.Der());
    for (const Sct& sct : world.questions[0].scts) {
      crlite_sct& copy = scts.emplace_back();
      memcpy(copy.log_id, sct.log.bytes, sizeof copy.log_id);
      copy.timestamp_ms = sct.timestamp_ms;
    }
  }

  crlite_store* store = nullptr;
  const hook::ByteVector issuer;
  std::vector<hook::ByteVector> leaves;
  std::vector<crlite_sct> scts;  // of every leaf
};

// `ask`: (number, result) -> error.
template <typename Ask>
void AskAll(State& state, const Ask& ask) {
  crlite_result* const result = crlite_result_new();
  size_t i = static_cast<size_t>(state.thread_index()) * kLeaves / 2;
  for (auto _ : state) {
    Must(ask(i++ % kLeaves, result) == CRLITE_OK, "question is asked");
    Must(crlite_result_outcome(result) == CRLITE_NOT_REVOKED, "leaf is not revoked");
  }
  crlite_result_free(result);
}

void RegisterLibrary(const World& world, const Questions& questions) {
  for (const int threads : {1, 2}) {
    RegisterBenchmark("library/chain",
                      [&](State& state) {
                        AskAll(state, [&](size_t i, crlite_result* result) {
                          const auto& leaf = questions.leaves[i];
                          const crlite_certificate chain[] = {
                              {leaf.data(), leaf.size()},
                              {questions.issuer.data(), questions.issuer.size()}};
                          return crlite_check_chain(questions.store, chain, 2, CRLITE_NOW, result);
                        });
                      })
        ->Threads(threads)
        ->UseRealTime();
    RegisterBenchmark("library/query",
                      [&](State& state) {
                        AskAll(state, [&](size_t i, crlite_result* result) {
                          const Question& question = world.questions[i];
                          return crlite_query(questions.store, question.issuer.bytes,
                                              question.serial.data(), question.serial.size(),
                                              questions.scts.data(), questions.scts.size(), result);
                        });
                      })
        ->Threads(threads)
        ->UseRealTime();
  }
}

// The same leaves without the library.
void RegisterOthers(const World& world) {
  RegisterBenchmark("library/check", [&](State& state) {
    size_t i = 0;
    for (auto _ : state) {
      benchmark::DoNotOptimize(world.snapshot.Check(world.questions[i++ % kLeaves].AsQuery()));
    }
  });
  // The verify function that the module gives to contexts, on chains that are verified already.
  RegisterBenchmark("library/hook", [&](State& state) {
    X509_STORE_set_verify(world.store.get(), AcceptWithoutLooking);
    std::vector<hook::Ptr<X509_STORE_CTX>> contexts;
    for (const hook::Certificate& leaf : world.leaves) {
      contexts.push_back(VerifiedContext(world.store.get(), world.root, leaf));
    }
    const auto verify = X509_STORE_CTX_get_verify(contexts[0].get());
    Must(verify != AcceptWithoutLooking, "the module is in force");
    size_t i = 0;
    for (auto _ : state) Must(verify(contexts[i++ % kLeaves].get()) == 1, "leaf is not refused");
    X509_STORE_set_verify(world.store.get(), nullptr);
  });
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 5 || strcmp(argv[1], "--set") != 0 || strcmp(argv[3], "--module") != 0) {
    fprintf(stderr, "usage: bench_library [options of Google Benchmark] --set DIR --module FILE\n");
    return 64;
  }
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  static const World world(argv[2]);
  LoadConfiguration(world, argv[4]);
  static const Questions questions(world);
  RegisterLibrary(world, questions);
  RegisterOthers(world);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace crlite::bench

int main(int argc, char** argv) { return crlite::bench::Main(argc, argv); }
