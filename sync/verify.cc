#include <errno.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "cascade/base/text.h"
#include "cascade/snapshot/install.h"
#include "cascade/snapshot/mapped_snapshot.h"
#include "sync/store/filter_store.h"
#include "sync/verbs.h"

namespace crlite {

bool IsCompiledFrom(const Snapshot& snapshot, const Offer& offer) {
  if (snapshot.num_filters() != offer.files.size()) return false;
  for (size_t i = 0; i < offer.files.size(); ++i) {
    if (!SameBytes(snapshot.filter_hash(i), offer.files[i].hash.bytes)) return false;
  }
  return true;
}

namespace {

std::string WordsOf(const Offer& offer) {
  if (offer.files.empty()) return "";
  const char* vouching = offer.proof.has_value() ? "signed" : "not signed";
  return fmt::format(", {}, from {}", vouching, offer.source);
}

}  // namespace

Status Verify(const Config& config, Console* console) {
  const StatePaths paths(config.state_dir);
  const FilterStore store(paths);
  struct stat status;
  if (lstat(paths.snapshot.c_str(), &status) != 0 && errno == ENOENT) {
    return Error{ErrorCode::kUnavailable,
                 paths.snapshot + ": nothing was published yet; run crlite-sync"};
  }
  if (Status trusted = CheckTrusted(paths.snapshot); !trusted.ok()) return trusted;
  const Result<MappedSnapshot> mapped = MappedSnapshot::Open(paths.snapshot);
  if (!mapped.ok()) return mapped.error();
  const Snapshot& snapshot = mapped->snapshot();
  if (!snapshot.BodyHashMatches()) {
    return MalformedError(paths.snapshot +
                          ": its content does not have the hash that its header gives; run "
                          "crlite-sync publish --force");
  }
  if (Status installed = CheckInstalled(paths, snapshot); !installed.ok()) return installed;
  Result<std::optional<Offer>> current = store.ReadCurrent();
  if (!current.ok()) return current.error();
  const Offer listed = current->value_or(Offer{});
  if (!IsCompiledFrom(snapshot, listed)) {
    return MalformedError(paths.snapshot + ": not compiled from the filters that are listed in " +
                          paths.filters + "/current.json; run crlite-sync publish --force");
  }
  for (const OfferedFile& file : listed.files) {
    if (Result<std::vector<uint8_t>> content = store.ReadInForce(file); !content.ok()) {
      return content.error();
    }
  }
  console->Say(fmt::format("verify: generation {}: {} and the snapshot are as published{}",
                           snapshot.generation(), FormatCount(listed.files.size(), "filter"),
                           WordsOf(listed)));
  return Status::Ok();
}

}  // namespace crlite
