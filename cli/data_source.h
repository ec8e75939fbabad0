// What a command asks: the filters or the snapshot named on the command line, else the system's
// snapshot.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/filter/filter_set.h"
#include "cascade/snapshot/mapped_snapshot.h"

namespace crlite {

struct DataOptions {
  std::string snapshot;              // --snapshot
  std::vector<std::string> filters;  // --filter, repeatable
};

// The options --snapshot and --filter, which exclude each other.
void AddDataOptions(CLI::App& command, DataOptions* options);

// Movable; safe to ask from any number of threads.
class DataSource {
 public:
  // A named file that cannot be read, or is not what it should be, is an error. The system's
  // snapshot may be missing or damaged: then every verdict is NoData, and problem() says why.
  static Result<DataSource> Open(const DataOptions& options);

  Verdict Check(const Query& query) const;

  // The name behind Verdict::filter; empty for Verdict::kNone.
  std::string FilterName(uint16_t filter) const;

  // The snapshot that answers, or null when filters do (or nothing does).
  const Snapshot* snapshot() const { return mapped_ ? &mapped_->snapshot() : nullptr; }
  // Whether it is the system's snapshot: only then age matters.
  bool is_system() const { return is_system_; }
  // Why there is no data, and what to do about it; empty when there is data.
  const std::string& problem() const { return problem_; }
  // The same for an answer; a snapshot shows only when it is asked that it contradicts itself.
  // Empty unless the answer is NoData.
  std::string ProblemOf(const Verdict& verdict) const;

 private:
  Status OpenNamedSnapshot(const std::string& path);
  Status OpenFilters(const std::vector<std::string>& paths);
  void OpenSystemSnapshot();

  std::optional<MappedSnapshot> mapped_;
  std::string snapshot_path_;  // of mapped_
  FilterSet filters_;
  bool is_system_ = false;
  bool is_damaged_ = false;
  std::string problem_;
};

}  // namespace crlite
