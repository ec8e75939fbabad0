#include <fmt/format.h>

#include "cascade/base/text.h"
#include "sync/source/capsule.h"
#include "sync/store/filter_store.h"
#include "sync/verbs.h"

namespace crlite {

Status Export(const Config& config, const std::string& path, Console* console) {
  const FilterStore store{StatePaths(config.state_dir)};
  const Result<std::optional<Offer>> current = store.ReadCurrent();
  if (!current.ok()) return current.error();
  if (!current->has_value()) {
    return Error{ErrorCode::kUnavailable,
                 config.state_dir + ": nothing was published yet; run crlite-sync"};
  }
  const Offer& offer = **current;
  if (!offer.proof.has_value()) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: the data in force, from {}, is not signed: nobody would have a "
                             "reason to believe the capsule; sync from a signed source first",
                             config.state_dir, offer.source)};
  }
  if (Status written = WriteCapsule(offer, store, path); !written.ok()) return written;
  console->Say(fmt::format("export: {}: {} of {}, {}", path,
                           FormatCount(offer.files.size(), "filter"),
                           FormatTimeMs(offer.data_time_ms), FormatSize(TotalSize(offer))));
  return Status::Ok();
}

}  // namespace crlite
