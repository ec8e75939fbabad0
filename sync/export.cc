#include <fmt/format.h>

#include "cascade/base/text.h"
#include "sync/source/capsule.h"
#include "sync/store/filter_store.h"
#include "sync/upki/upki_cache.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

Result<Offer> ReadInForce(const Config& config, const FilterStore& store) {
  Result<std::optional<Offer>> current = store.ReadCurrent();
  if (!current.ok()) return current.error();
  if (current->has_value()) return **std::move(current);
  return Error{ErrorCode::kUnavailable,
               config.state_dir + ": nothing was published yet; run crlite-sync"};
}

std::string WordsOf(const Offer& offer) {
  return fmt::format("{} of {}, {}", FormatCount(offer.files.size(), "filter"),
                     FormatTimeMs(offer.data_time_ms), FormatSize(TotalSize(offer)));
}

// All of them, verified, before anything is written.
Result<std::vector<CachedFilter>> ReadFilters(const Offer& offer, const FilterStore& store) {
  std::vector<CachedFilter> filters;
  for (const OfferedFile& file : offer.files) {
    Result<std::vector<uint8_t>> content = store.ReadInForce(file);
    if (!content.ok()) return content.error();
    Result<std::unique_ptr<Clubcard>> clubcard = ReadPublishable(file, *content);
    if (!clubcard.ok()) return clubcard.error();
    filters.push_back({file, std::move(*content), std::move((*clubcard)->coverage)});
  }
  return filters;
}

}  // namespace

Status Export(const Config& config, const SyncOptions& options, const std::string& path,
              Console* console) {
  const FilterStore store{StatePaths(config.state_dir)};
  const Result<Offer> offer = ReadInForce(config, store);
  if (!offer.ok()) return offer.error();
  if (!offer->proof.has_value()) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: the data in force, from {}, is not signed: nobody would have a "
                             "reason to believe the capsule; sync from a signed source first",
                             config.state_dir, offer->source)};
  }
  if (options.dry_run) {
    console->Say(fmt::format("export: {}: would write {}", path, WordsOf(*offer)));
    return Status::Ok();
  }
  if (Status written = WriteCapsule(*offer, store, path); !written.ok()) return written;
  console->Say(fmt::format("export: {}: {}", path, WordsOf(*offer)));
  return Status::Ok();
}

Status ExportToUpki(const Config& config, const SyncOptions& options, const std::string& folder,
                    Console* console) {
  const FilterStore store{StatePaths(config.state_dir)};
  const Result<Offer> offer = ReadInForce(config, store);
  if (!offer.ok()) return offer.error();
  const Result<std::vector<CachedFilter>> filters = ReadFilters(*offer, store);
  if (!filters.ok()) return filters.error();
  const bool is_signed = offer->proof.has_value();
  const std::string origin =
      fmt::format("from {}, {}", offer->source, is_signed ? "signed" : "not signed");
  if (options.dry_run) {
    console->Say(fmt::format("export: {}: would hold {}, {}", folder, WordsOf(*offer), origin));
    return Status::Ok();
  }
  const Result<CacheChange> change =
      WriteUpkiCache(folder, *offer, *filters, "written by crlite-sync, " + origin);
  if (!change.ok()) return change.error();
  console->Say(fmt::format("export: {}: {}, {}; wrote {}, removed {}", folder, WordsOf(*offer),
                           origin, FormatCount(change->written, "filter"), change->removed));
  console->Add("export", {{"upki", folder},
                          {"source", offer->source},
                          {"is_signed", is_signed},
                          {"data_time_ms", offer->data_time_ms},
                          {"filters", offer->files.size()},
                          {"filters_written", change->written},
                          {"filters_removed", change->removed}});
  return Status::Ok();
}

}  // namespace crlite
