#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cascade/base/text.h"
#include "cascade/snapshot/state_directory.h"
#include "sync/source/source.h"
#include "sync/store/filter_store.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

// Fetching and publishing may run as different users, so each has a lock of its own.
Result<StateLock> LockIncoming(StatePaths paths) {
  if (Status made = MakeDirectory(paths.directory); !made.ok()) return made.error();
  if (Status made = MakeDirectory(paths.incoming); !made.ok()) return made.error();
  paths.lock = paths.incoming + "/lock";
  return StateLock::Acquire(paths);
}

// One fetch from one source.
class SourceFetch {
 public:
  SourceFetch(FilterStore* store, const SyncOptions& options, Console* console)
      : store_(store), options_(options), console_(console) {}

  Status Run(Source* source) {
    Result<Offer> offer = source->GetOffer();
    if (!offer.ok()) return offer.error();
    if (Status older = CheckAgainstCurrent(*offer); !older.ok()) return older;
    if (!options_.dry_run) KeepOnlyWanted(*offer);
    const std::vector<const OfferedFile*> missing = Missing(*offer);
    SayPlan(*offer, missing);
    if (options_.dry_run) return Status::Ok();
    for (const OfferedFile* file : missing) {
      if (Status brought = Bring(source, offer->source, *file); !brought.ok()) return brought;
    }
    if (Status written = store_->WriteIncoming(*offer); !written.ok()) return written;
    store_->PruneIncoming({&*offer});
    return Status::Ok();
  }

 private:
  Status CheckAgainstCurrent(const Offer& offer) const {
    if (options_.force) return Status::Ok();
    // An unreadable list is publish's to judge.
    const Result<std::optional<Offer>> current = store_->ReadCurrent();
    if (!current.ok() || !current->has_value()) return Status::Ok();
    return CheckNotOlder(offer, **current);
  }

  // Files of an earlier run that this offer has as well stay: that is how a broken fetch resumes.
  void KeepOnlyWanted(const Offer& offer) {
    std::vector<const Offer*> keep = {&offer};
    const Result<std::optional<Offer>> pending = store_->ReadIncoming();
    if (pending.ok() && pending->has_value()) keep.push_back(&**pending);
    store_->PruneIncoming(keep);
  }

  std::vector<const OfferedFile*> Missing(const Offer& offer) const {
    std::vector<const OfferedFile*> missing;
    for (const OfferedFile& file : offer.files) {
      if (options_.force || !store_->Read(file).ok()) missing.push_back(&file);
    }
    return missing;
  }

  void SayPlan(const Offer& offer, const std::vector<const OfferedFile*>& missing) const {
    uint64_t bytes = 0;
    for (const OfferedFile* file : missing) bytes += file->size;
    console_->Say(fmt::format("fetch: {}: {} filters of {}, {} to get ({})", offer.source,
                              offer.files.size(), FormatTimeMs(offer.data_time_ms), missing.size(),
                              FormatSize(bytes)));
    if (options_.dry_run) {
      for (const OfferedFile* file : missing) {
        console_->Say(fmt::format("would fetch {} ({})", file->name, FormatSize(file->size)));
      }
    }
    console_->StartBar(bytes);
  }

  Status Bring(Source* source, const std::string& source_name, const OfferedFile& file) {
    Result<std::vector<uint8_t>> content = source->Read(file);
    if (!content.ok()) return content.error();
    Result<std::unique_ptr<Clubcard>> clubcard = ReadPublishable(file, *content);
    if (!clubcard.ok()) {
      return Error{ErrorCode::kUnavailable, clubcard.error().In(source_name).message};
    }
    console_->AddFile(file.size);
    return store_->PutIncoming(file, *content);
  }

  FilterStore* store_;
  const SyncOptions& options_;
  Console* console_;
};

}  // namespace

Result<std::unique_ptr<Clubcard>> ReadPublishable(const OfferedFile& file, Bytes content) {
  Result<std::unique_ptr<Filter>> filter = ReadFilter(file.name, content);
  if (!filter.ok()) return filter.error();
  auto* clubcard = dynamic_cast<Clubcard*>(filter->get());
  if (clubcard == nullptr) {
    return MalformedError(
        fmt::format("{}: a {}, which does not say which certificates it covers, wanted a clubcard",
                    file.name, (*filter)->Describe().kind));
  }
  (void)std::move(filter).value().release();
  return std::unique_ptr<Clubcard>(clubcard);
}

Status CheckNotOlder(const Offer& offer, const Offer& current) {
  if (offer.data_time_ms >= current.data_time_ms) return Status::Ok();
  return Error{ErrorCode::kUnavailable,
               fmt::format("{}: its data is of {}, older than that in force, of {}; --force takes "
                           "it anyway",
                           offer.source, FormatTimeMs(offer.data_time_ms),
                           FormatTimeMs(current.data_time_ms))};
}

// What is fetched from a folder that publishing cleans up would be gone afterwards.
Status CheckOutside(const SourceConfig& source, const StatePaths& paths) {
  if (source.type != SourceType::kDirectory) return Status::Ok();
  namespace fs = std::filesystem;
  std::error_code ignored;  // what does not exist is no folder of ours
  const fs::path folder =
      fs::weakly_canonical(fs::absolute(source.location, ignored), ignored) / "";
  for (const std::string& ours : {paths.directory, paths.filters, paths.incoming}) {
    const fs::path own = fs::weakly_canonical(fs::absolute(ours, ignored), ignored) / "";
    const auto [own_end, rest] =
        std::mismatch(own.begin(), own.end(), folder.begin(), folder.end());
    // The last part of `own` is the empty one behind the slash.
    if (own_end == own.end() || std::next(own_end) == own.end()) {
      return Error{ErrorCode::kConfiguration,
                   fmt::format("{}: inside the state directory {}; name a folder elsewhere",
                               SourceSpec(source), paths.directory)};
    }
  }
  return Status::Ok();
}

Status Fetch(const Config& config, const SyncOptions& options, Console* console) {
  if (config.sources.empty()) {
    return Error{ErrorCode::kConfiguration,
                 "no source: give one with --source, or list it under `sources:` in config.yaml"};
  }
  const StatePaths paths(config.state_dir);
  for (const SourceConfig& source : config.sources) {
    if (Status outside = CheckOutside(source, paths); !outside.ok()) return outside;
  }
  std::optional<StateLock> lock;
  if (!options.dry_run) {
    Result<StateLock> locked = LockIncoming(paths);
    if (!locked.ok()) return locked.error();
    lock.emplace(std::move(locked).value());
  }
  FilterStore store(paths);
  for (const SourceConfig& source_config : config.sources) {
    // One for each: what a slow source takes is not missing for the others.
    Fetcher fetcher([console](uint64_t bytes) { console->ShowPartial(bytes); },
                    options.time_limits);
    Result<std::unique_ptr<Source>> source = OpenSource(source_config, &fetcher);
    const Status fetched = source.ok() ? SourceFetch(&store, options, console).Run(source->get())
                                       : Status(source.error());
    if (fetched.ok()) return Status::Ok();
    // A full disk or a wrong configuration is the same for every source.
    if (fetched.error().code != ErrorCode::kUnavailable) return fetched;
    console->Warn(fetched.error().message);
  }
  return Error{ErrorCode::kUnavailable,
               "no source gave verified data; what was published stays in force"};
}

}  // namespace crlite
