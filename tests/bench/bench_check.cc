// What one check costs, warm, in one process: bench_check --set DIR [options of Google Benchmark]
//
// Names of benchmarks are those of the report (tests/bench/report/report.py).
#include <benchmark/benchmark.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <list>
#include <random>

#include "cascade/filter/filter_set.h"
#include "cascade/reader/cpu.h"
#include "cascade/reader/sha256.h"
#include "cascade/snapshot/compiler.h"
#include "tests/bench/questions.h"
#include "tests/reference/clubcard_reference.h"

namespace crlite::bench {
namespace {

using benchmark::RegisterBenchmark;
using benchmark::State;

// A snapshot and the bytes below it.
struct OwnedSnapshot {
  explicit OwnedSnapshot(std::vector<uint8_t> content) : bytes(std::move(content)) {
    Must(Snapshot::Open(bytes, &view) == SnapshotError::kNone, "snapshot opens");
  }
  OwnedSnapshot(const OwnedSnapshot&) = delete;
  OwnedSnapshot& operator=(const OwnedSnapshot&) = delete;

  const std::vector<uint8_t> bytes;
  Snapshot view;
};

// Everything lives until the process ends: benchmarks borrow from it.
std::list<OwnedSnapshot> g_snapshots;
const Snapshot& Keep(std::vector<uint8_t> content) {
  return g_snapshots.emplace_back(std::move(content)).view;
}

void CheckAll(State& state, const Snapshot& snapshot, const std::vector<Question>& questions) {
  size_t i = static_cast<size_t>(state.thread_index()) * questions.size() / 2;
  for (auto _ : state) {
    benchmark::DoNotOptimize(snapshot.Check(questions[i++ % questions.size()].AsQuery()));
  }
  state.SetItemsProcessed(state.iterations());
}

void RegisterCheck(const std::string& name, const Snapshot& snapshot,
                   const std::vector<Question>& questions) {
  if (questions.empty()) return;
  RegisterBenchmark(name.c_str(), [&](State& state) { CheckAll(state, snapshot, questions); });
}

// What older processors do.
void RegisterOlder(const std::string& name, uint32_t features, const Snapshot& all,
                   const std::vector<Question>& questions) {
  RegisterBenchmark(name.c_str(), [&all, &questions, features](State& state) {
    const uint32_t found = CpuFeatures();
    cpu_internal::Override(found & features);
    CheckAll(state, all, questions);
    cpu_internal::Override(found);
  });
}

void RegisterThreads(const Snapshot& all, const std::vector<Question>& questions) {
  for (int threads : {1, 2}) {
    RegisterBenchmark("threads", [&](State& state) { CheckAll(state, all, questions); })
        ->Threads(threads)
        ->UseRealTime();
    // What the machine gives to two threads that share nothing.
    RegisterBenchmark("alone",
                      [](State& state) {
                        uint8_t block[64] = {};
                        for (auto _ : state) {
                          const Sha256Digest digest = Sha256::Hash(block);
                          memcpy(block, digest.bytes, sizeof digest.bytes);
                        }
                        benchmark::DoNotOptimize(block);
                      })
        ->Threads(threads)
        ->UseRealTime();
  }
}

// The steps of a check that can be asked for alone.
void RegisterParts(const Snapshot& all, const std::vector<Question>& questions) {
  static std::vector<Question> unknown_logs = questions, unknown_issuers = questions;
  for (Question& question : unknown_logs) {
    for (Sct& sct : question.scts) sct.log.bytes[31] ^= 1;
  }
  for (Question& question : unknown_issuers) question.issuer.bytes[31] ^= 1;
  RegisterCheck("part/unknown_logs", all, unknown_logs);
  RegisterCheck("part/unknown_issuer", all, unknown_issuers);
  RegisterBenchmark("part/sha256", [&](State& state) {
    size_t i = 0;
    for (auto _ : state) {
      const Question& question = questions[i++ % questions.size()];
      benchmark::DoNotOptimize(Sha256::Hash(Bytes(question.issuer.bytes), question.serial));
    }
  });
}

// The first n filters, for n up to all of them.
void RegisterFilters(const BenchSet& set, const std::vector<Question>& questions) {
  const size_t all = set.clubcards.size();
  for (size_t n = 1, last = 0; last < all; last = n, n = std::min(2 * n, all)) {
    RegisterCheck("filters/" + std::to_string(n), Keep(OrDie(CompileFirst(set, n))), questions);
    if (n == 32 && all > 48) {
      RegisterCheck("filters/48", Keep(OrDie(CompileFirst(set, 48))), questions);
    }
  }
}

// Two filters that share `count` small issuers; random bits, as nobody asks for the truth.
std::vector<uint8_t> CompileSmallIssuers(const std::vector<IssuerSpkiHash>& issuers, size_t count,
                                         const std::vector<Sct>& scts) {
  std::mt19937_64 random(count);
  Clubcard cards[2];
  for (size_t k = 0; k < 2; ++k) {
    Clubcard& card = cards[k];
    for (const Sct& sct : scts) card.coverage.push_back({sct.log, 0, UINT64_MAX});
    card.columns.assign(3, BitColumn(1024));
    card.exact.resize(1024);
    for (BitColumn& column : card.columns) std::ranges::generate(column, std::ref(random));
    std::ranges::generate(card.exact, std::ref(random));
    for (size_t i = k; i < count; i += 2) {
      ClubcardBlock block;
      block.issuer = issuers[i];
      block.approx_m = block.exact_m = 100;
      block.approx_offset = block.exact_offset = static_cast<uint32_t>(random() % 60'000);
      block.rank = 3;
      card.blocks.push_back(block);
    }
    Must(CheckClubcard(&card, /*sort=*/true).ok(), "clubcard of small issuers");
  }
  SnapshotInput input;
  input.filters = {{"even", {}, 0, &cards[0]}, {"odd", {}, 0, &cards[1]}};
  return OrDie(CompileSnapshot(input));
}

void RegisterIssuers(const std::vector<Sct>& scts, size_t largest) {
  std::mt19937_64 random(7);
  std::vector<IssuerSpkiHash> issuers(largest);
  for (IssuerSpkiHash& issuer : issuers) {
    std::ranges::generate(issuer.bytes, [&] { return static_cast<uint8_t>(random()); });
  }
  for (size_t count = 10; count <= largest; count *= 10) {
    const Snapshot& snapshot = Keep(CompileSmallIssuers(issuers, count, scts));
    auto* const questions = new std::vector<Question>();  // lives as long as the benchmarks
    while (questions->size() < 4096) {
      Question question{issuers[random() % count], std::vector<uint8_t>(16), scts};
      std::ranges::generate(question.serial, [&] { return static_cast<uint8_t>(random()); });
      if (snapshot.Check(question.AsQuery()).outcome == Outcome::kNotRevoked) {
        questions->push_back(std::move(question));
      }
    }
    RegisterCheck("issuers/" + std::to_string(count), snapshot, *questions);
  }
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

crlite_reference::Query ForReference(const Question& question) {
  const auto text = [](Bytes bytes) { return std::string(bytes.begin(), bytes.end()); };
  crlite_reference::Query query{text(question.issuer.bytes), text(question.serial), {}};
  for (const Sct& sct : question.scts) {
    query.scts.push_back({text(sct.log.bytes), sct.timestamp_ms});
  }
  return query;
}

// Opens and decodes all files at each check, as a program does that keeps nothing between two of
// them. Twice: with the plain second reader of the tests, and with the readers of the tools.
void RegisterBaselines(const BenchSet& set, const std::vector<Question>& questions) {
  RegisterBenchmark("baseline/plain_reader_decode", [&](State& state) {
    const crlite_reference::Query query = ForReference(questions[0]);
    for (auto _ : state) {
      std::vector<crlite_reference::Clubcard> filters;
      for (const std::string& path : set.paths) {
        filters.push_back(*crlite_reference::Read(ReadWhole(path)));
      }
      benchmark::DoNotOptimize(crlite_reference::Ask(filters, query));
    }
  })->Unit(benchmark::kMillisecond);
  RegisterBenchmark("baseline/plain_reader_decoded", [&](State& state) {
    std::vector<crlite_reference::Clubcard> filters;
    for (const std::string& path : set.paths) {
      filters.push_back(*crlite_reference::Read(ReadWhole(path)));
    }
    std::vector<crlite_reference::Query> queries;
    for (const Question& question : questions) queries.push_back(ForReference(question));
    size_t i = 0;
    for (auto _ : state) {
      benchmark::DoNotOptimize(crlite_reference::Ask(filters, queries[i++ % queries.size()]));
    }
  });
  const auto read_filters = [&] {
    FilterSet filters;
    for (const std::string& path : set.paths) filters.Add(path, OrDie(ReadFilterFile(path)));
    return filters;
  };
  RegisterBenchmark("baseline/tools_decode", [&, read_filters](State& state) {
    for (auto _ : state) {
      benchmark::DoNotOptimize(read_filters().Check(questions[0].AsQuery()));
    }
  })->Unit(benchmark::kMillisecond);
  RegisterBenchmark("baseline/tools_decoded", [&, read_filters](State& state) {
    const FilterSet filters = read_filters();
    size_t i = 0;
    for (auto _ : state) {
      benchmark::DoNotOptimize(filters.Check(questions[i++ % questions.size()].AsQuery()));
    }
  });
}

// One ECDSA P-256 verification: what a TLS handshake needs at least two of.
void RegisterSignature() {
  RegisterBenchmark("baseline/ecdsa_p256_verify", [](State& state) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    EVP_PKEY_CTX* const ctx = EVP_PKEY_CTX_new(key, nullptr);
    const uint8_t digest[32] = {1, 2, 3};
    uint8_t signature[128];
    size_t size = sizeof signature;
    EVP_PKEY_sign_init(ctx);
    Must(EVP_PKEY_sign(ctx, signature, &size, digest, sizeof digest) == 1, "signature");
    EVP_PKEY_verify_init(ctx);
    for (auto _ : state) {
      Must(EVP_PKEY_verify(ctx, signature, size, digest, sizeof digest) == 1, "signature");
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
  });
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const bool is_small = argc == 4 && strcmp(argv[3], "--small") == 0;
  if (argc < 3 || strcmp(argv[1], "--set") != 0 || (argc > 3 && !is_small)) {
    fprintf(stderr, "usage: bench_check [options of Google Benchmark] --set DIR [--small]\n");
    return 64;
  }
  static const BenchSet set = OrDie(ReadBenchSet(argv[2]));
  const Snapshot& all = Keep(OrDie(CompileFirst(set, set.clubcards.size())));
  static const std::vector<QuestionKind> kinds = MakeQuestions(set, all);
  const std::vector<Question>& worst = kinds[0].questions;
  if (worst.empty()) {
    fprintf(stderr, "bench_check: %s: no certificate that all filters cover\n", argv[2]);
    return 65;
  }
  for (const QuestionKind& kind : kinds) {
    RegisterCheck(std::string("check/") + kind.name, all, kind.questions);
  }
  RegisterOlder("no_avx2/not_revoked_largest", kCpuShaNi, all, worst);
  RegisterOlder("portable/not_revoked_largest", 0, all, worst);
  RegisterThreads(all, worst);
  RegisterParts(all, worst);
  RegisterFilters(set, worst);
  RegisterIssuers(SctsCoveredByAll(set), is_small ? 100 : 100'000);
  RegisterBaselines(set, worst);
  RegisterSignature();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace crlite::bench

int main(int argc, char** argv) { return crlite::bench::Main(argc, argv); }
