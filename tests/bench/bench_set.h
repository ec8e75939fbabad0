// A set of filters as the benchmarks take it: a folder with `plan.txt` (what is in the filters) and
// `revocation/` (manifest.json and the filters in chain order), made by bench_build or somebody
// else.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/filter/clubcard.h"

namespace crlite::bench {

// For programs that have nobody to hand an error to.
template <typename T>
T OrDie(Result<T> result) {
  if (!result.ok()) {
    fprintf(stderr, "%s\n", result.error().message.c_str());
    exit(ExitCodeOf(result.error().code));
  }
  return std::move(result).value();
}

inline void Must(bool is_so, const char* what) {
  if (is_so) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(70);
}

// One issuer of plan.txt. Its serials are numbered 0 .. known-1 (MakeSerial); those below
// `revoked` are in the base filter, and the deltas take the next ones.
struct SetIssuer {
  uint64_t number = 0;
  IssuerSpkiHash hash{};
  uint64_t known = 0, revoked = 0;
};

struct BenchSet {
  std::vector<std::string> paths;  // of the filters, in chain order
  std::vector<std::unique_ptr<Clubcard>> clubcards;
  std::vector<SetIssuer> issuers;  // the largest issuer first

  uint64_t TotalSize() const;  // of the filters' files
};

Result<BenchSet> ReadBenchSet(const std::string& directory);

// The snapshot of the first `count` filters, with an enforcing policy and fresh data.
Result<std::vector<uint8_t>> CompileFirst(const BenchSet& set, size_t count);

}  // namespace crlite::bench
