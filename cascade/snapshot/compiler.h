// Filters in, one snapshot file out (docs/snapshot-format.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/filter/clubcard.h"
#include "cascade/reader/exemption.h"
#include "cascade/reader/policy.h"
#include "cascade/reader/sha256.h"
#include "cascade/reader/snapshot_format.h"
#include "cascade/snapshot/body_writer.h"

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

// A snapshot of which everything is known but its bytes. The self-test filter (self_test.h) is
// added behind the given ones. The input's clubcards must outlive the plan. Movable.
class SnapshotPlan {
 public:
  // Refuses what would become too large before it allocates for it. Errors are kMalformed.
  static Result<SnapshotPlan> Make(const SnapshotInput& input);

  uint64_t size() const { return size_; }

  // Gives `sink` the whole file in pieces, each byte once: first everything behind the head, from
  // front to back, then the head, which holds the others' hash. Same input, same bytes. Ends with
  // the sink's first failure.
  Status Write(const SnapshotSink& sink) const;

 private:
  struct Section {
    snapshot_format::Section id;
    uint64_t size;
    std::function<void(BodyWriter*)> write;  // exactly `size` bytes
    uint64_t offset = 0;
  };

  SnapshotPlan() = default;
  void Add(snapshot_format::Section id, std::vector<uint8_t> content);
  // Gives every section its place, and makes the head but for its hashes.
  void LayOut(const SnapshotInput& input);

  std::unique_ptr<const Clubcard> self_test_;
  std::vector<Section> sections_;  // in the file's order
  std::vector<uint8_t> head_;      // header and section table; hashes 0
  uint64_t size_ = 0;
};

// The whole file in memory.
Result<std::vector<uint8_t>> CompileSnapshot(const SnapshotInput& input);

}  // namespace crlite
