// Filters in, one snapshot file out (docs/snapshot-format.md).
#pragma once

#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/filter/clubcard.h"
#include "cascade/reader/exemption.h"
#include "cascade/reader/policy.h"
#include "cascade/reader/sha256.h"

namespace crlite {

// A snapshot never becomes larger than this: filters that share regions, or lie about them, could
// otherwise ask for any amount.
inline constexpr uint64_t kMaxSnapshotSize = uint64_t{1} << 30;

struct SnapshotFilter {
  std::string name;      // [A-Za-z0-9._-]{1,32}
  Sha256Digest hash{};   // of the filter's file
  uint64_t time_ms = 0;  // the filter's own time; 0: unknown
  const Clubcard* clubcard = nullptr;
};

struct SnapshotExemption {
  ExemptionKey key{};
  uint64_t until_ms = 0;
};

struct SnapshotInput {
  std::vector<SnapshotFilter>
      filters;  // in chain order; none: a snapshot that carries policy alone
  Policy policy;
  std::vector<SnapshotExemption> exemptions;  // in any order; of two with one key the later counts
  uint64_t generation = 0;
  uint64_t data_time_ms = 0;  // how old the data is, by its own account
  uint64_t published_ms = 0;  // when it was compiled
};

// The whole file. The self-test filter (self_test.h) is added behind the given ones. Deterministic.
Result<std::vector<uint8_t>> CompileSnapshot(const SnapshotInput& input);

}  // namespace crlite
