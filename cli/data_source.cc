#include "cli/data_source.h"

#include <unistd.h>

#include "cascade/snapshot/state_directory.h"

namespace crlite {
namespace {

constexpr char kHint[] = "; 'crlite-sync' fetches filters and writes it";

}  // namespace

void AddDataOptions(CLI::App& command, DataOptions* options) {
  CLI::Option* snapshot =
      command.add_option("--snapshot", options->snapshot, "Ask this snapshot, not the system's");
  CLI::Option* filter = command.add_option(
      "--filter", options->filters, "Ask this filter file; repeat it for a filter and its deltas");
  snapshot->type_name("FILE")->excludes(filter);
  // One value each time: the command's own FILE may follow.
  filter->type_name("FILE")->allow_extra_args(false);
}

Result<DataSource> DataSource::Open(const DataOptions& options) {
  DataSource source;
  Status status;
  if (!options.snapshot.empty()) {
    status = source.OpenNamedSnapshot(options.snapshot);
  } else if (!options.filters.empty()) {
    status = source.OpenFilters(options.filters);
  } else {
    source.OpenSystemSnapshot();
  }
  if (!status.ok()) return status.error();
  return source;
}

Status DataSource::OpenNamedSnapshot(const std::string& path) {
  Result<MappedSnapshot> mapped = MappedSnapshot::Open(path);
  if (!mapped.ok()) return mapped.error();
  if (!mapped->snapshot().BodyHashMatches()) {
    return MalformedError(
        path +
        ": the hash of its content does not match: the file is damaged; copy it again, or "
        "make it again with 'crlite-sync publish --force'");
  }
  mapped_.emplace(std::move(mapped).value());
  snapshot_path_ = path;
  if (!snapshot()->has_data()) problem_ = path + ": it contains no filters";
  return Status::Ok();
}

Status DataSource::OpenFilters(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    Result<std::unique_ptr<Filter>> filter = ReadFilterFile(path);
    if (!filter.ok()) return filter.error();
    filters_.Add(path, std::move(filter).value());
  }
  return Status::Ok();
}

void DataSource::OpenSystemSnapshot() {
  is_system_ = true;
  const StatePaths paths(kDefaultStateDir);
  Result<MappedSnapshot> mapped = MappedSnapshot::Open(paths.snapshot);
  if (!mapped.ok()) {
    is_damaged_ = access(paths.snapshot.c_str(), F_OK) == 0;
    problem_ = mapped.error().message + kHint;
    return;
  }
  mapped_.emplace(std::move(mapped).value());
  snapshot_path_ = paths.snapshot;
  if (!snapshot()->has_data()) problem_ = paths.snapshot + ": it contains no filters" + kHint;
}

Verdict DataSource::Check(const Query& query) const {
  if (mapped_) return mapped_->snapshot().Check(query);
  if (!is_system_) return filters_.Check(query);
  Verdict verdict;
  verdict.outcome = Outcome::kNoData;
  verdict.reason = is_damaged_ ? Reason::kDamaged : Reason::kNoSnapshot;
  return verdict;
}

std::string DataSource::ProblemOf(const Verdict& verdict) const {
  if (verdict.outcome != Outcome::kNoData) return "";
  if (!mapped_ || verdict.reason != Reason::kDamaged) return problem_;
  return "snapshot " + snapshot_path_ + ": contradicts itself; run 'crlite-sync publish --force'";
}

std::string DataSource::FilterName(uint16_t filter) const {
  if (filter == Verdict::kNone) return "";
  if (mapped_) {
    const Bytes name = mapped_->snapshot().filter_name(filter);
    return std::string(name.begin(), name.end());
  }
  return filter < filters_.size() ? filters_.name(filter) : "";
}

}  // namespace crlite
