#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cascade/base/text.h"
#include "cascade/snapshot/state_directory.h"
#include "sync/clock.h"
#include "sync/source/source.h"
#include "sync/source_fetch.h"
#include "sync/store/filter_store.h"
#include "sync/store/floors.h"
#include "sync/transfer/connection_check.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

constexpr uint64_t kDayMs = 86400 * uint64_t{1000};

// Fetching and publishing may run as different users, so each has a lock of its own.
Result<StateLock> LockIncoming(StatePaths paths) {
  if (Status made = MakeDirectory(paths.directory); !made.ok()) return made.error();
  if (Status made = MakeDirectory(paths.incoming); !made.ok()) return made.error();
  paths.lock = paths.incoming + "/lock";
  return StateLock::Acquire(paths);
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

// All sources in order, until one has given what is wanted.
class SourcesFetch {
 public:
  SourcesFetch(const Config& config, const SyncOptions& options, Console* console,
               RunRecord* record)
      : config_(config),
        paths_(config.state_dir),
        options_(options),
        console_(console),
        record_(record),
        store_(paths_),
        connection_check_(paths_.snapshot) {}

  Status Run() {
    ReadState();
    for (const SourceConfig& source : config_.sources) {
      const Status fetched = TrySource(source);
      if (fetched.ok()) return fetched;
      // A full disk or a wrong configuration is the same for every source.
      if (fetched.error().code != ErrorCode::kUnavailable) return fetched;
      console_->Warn(fetched.error().message);
    }
    return Error{ErrorCode::kUnavailable,
                 "no source gave verified data; what was published stays in force"};
  }

 private:
  // What cannot be read is publish's to judge, and the administrator's to mend.
  void ReadState() {
    if (Result<Floors> floors = Floors::Read(paths_.floors); floors.ok()) {
      floors_ = std::move(*floors);
    }
    Result<std::optional<Offer>> current = store_.ReadCurrent();
    if (current.ok()) current_ = std::move(*current);
    Result<std::optional<Offer>> incoming = store_.ReadIncoming();
    if (incoming.ok()) incoming_ = std::move(*incoming);
    if (const auto before = ReadRunRecord(FetchRecordPath(paths_)); before.has_value()) {
      record_->not_before_ms = before->not_before_ms;
    }
  }

  // What the source gave last: fetched last, or in force.
  const Offer* HeldFrom(const std::string& spec) const {
    for (const std::optional<Offer>* offer : {&incoming_, &current_}) {
      if (offer->has_value() && (*offer)->source == spec) return &**offer;
    }
    return nullptr;
  }

  // A server that asked for a pause gets it, but never a longer one than a day.
  bool IsToBeLeftAlone(const std::string& spec) {
    const auto pause = record_->not_before_ms.find(spec);
    if (pause == record_->not_before_ms.end()) return false;
    const uint64_t now = NowMs();
    if (pause->second > now && pause->second - now <= kDayMs && !options_.force) return true;
    record_->not_before_ms.erase(pause);
    return false;
  }

  Status TrySource(const SourceConfig& config) {
    const std::string spec = SourceSpec(config);
    if (IsToBeLeftAlone(spec)) {
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{}: asked for no request before {}", spec,
                               FormatTimeMs(record_->not_before_ms[spec]))};
    }
    // One for each: what a slow source takes is not missing for the others.
    Fetcher fetcher(
        options_.time_limits, [this](uint64_t bytes) { console_->Advance(bytes); },
        &connection_check_);
    Result<std::unique_ptr<Source>> source = OpenSource(config, &fetcher);
    if (!source.ok()) return source.error();
    const Acceptance acceptance(config_, floors_, current_.has_value() ? &*current_ : nullptr,
                                options_.allow);
    SourceFetch fetch(&store_, acceptance, options_, console_);
    const Result<Offer> offer = fetch.Run(source->get(), HeldFrom(spec));
    NoteTraffic(spec, fetcher);
    if (!offer.ok()) return offer.error();
    NoteSource(*offer);
    return Status::Ok();
  }

  void NoteTraffic(const std::string& spec, const Fetcher& fetcher) {
    record_->traffic.requests += fetcher.traffic().requests;
    record_->traffic.sent_bytes += fetcher.traffic().sent_bytes;
    record_->traffic.received_bytes += fetcher.traffic().received_bytes;
    const auto pause = std::chrono::milliseconds(fetcher.wished_pause()).count();
    if (pause > 0) record_->not_before_ms[spec] = NowMs() + static_cast<uint64_t>(pause);
  }

  void NoteSource(const Offer& offer) {
    record_->source = offer.source;
    record_->is_signed = offer.proof.has_value();
    record_->data_time_ms = offer.data_time_ms;
  }

  const Config& config_;
  const StatePaths paths_;
  const SyncOptions& options_;
  Console* console_;
  RunRecord* record_;
  FilterStore store_;
  const ConnectionCheck connection_check_;
  Floors floors_;
  std::optional<Offer> current_, incoming_;
};

}  // namespace

Status Fetch(const Config& config, const SyncOptions& options, Console* console,
             RunRecord* record) {
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
  record->started_ms = NowMs();
  const Status fetched = SourcesFetch(config, options, console, record).Run();
  if (!options.dry_run) FinishRun(FetchRecordPath(paths), fetched, record);
  return fetched;
}

}  // namespace crlite
