#include <fmt/format.h>
#include <sys/stat.h>

#include "cascade/base/text.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/install.h"
#include "cascade/snapshot/mapped_snapshot.h"
#include "sync/clock.h"
#include "sync/filter_store.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

bool SamePolicy(const Policy& a, const Policy& b) {
  uint8_t encoded_a[kEncodedPolicySize], encoded_b[kEncodedPolicySize];
  EncodePolicy(a, encoded_a);
  EncodePolicy(b, encoded_b);
  return SameBytes(encoded_a, encoded_b);
}

// One publication.
class Publication {
 public:
  Publication(const Config& config, const SyncOptions& options, Console* console)
      : paths_(config.state_dir),
        store_(paths_),
        policy_(config.policy),
        options_(options),
        console_(console) {}

  Status Run() {
    std::optional<StateLock> lock;
    if (!options_.dry_run) {
      Result<StateLock> locked = Lock();
      if (!locked.ok()) return locked.error();
      lock.emplace(std::move(locked).value());
      store_.PruneState();
    }
    WarnIfHidden();
    if (Status chosen = Choose(); !chosen.ok()) return chosen;
    if (!options_.force && IsInForce()) {
      console_->Say(fmt::format("publish: nothing new, data of {} with {} filters stays in force",
                                FormatTimeMs(wanted_.data_time_ms), wanted_.files.size()));
      if (!options_.dry_run) CleanUp();
      return Status::Ok();
    }
    return Replace();
  }

 private:
  Result<StateLock> Lock() const {
    if (Status made = MakeDirectory(paths_.directory); !made.ok()) return made.error();
    return StateLock::Acquire(paths_);
  }

  // A process that cannot reach the snapshot goes on unchecked, in silence.
  void WarnIfHidden() const {
    struct stat status;
    if (stat(paths_.directory.c_str(), &status) != 0 || (status.st_mode & S_IXOTH) != 0) return;
    console_->Warn(fmt::format(
        "{0}: mode {1:04o}, other users' programs cannot reach the snapshot; chmod o+rx {0}",
        paths_.directory, status.st_mode & 07777));
  }

  // What to publish: the offer, else what is in force, else nothing but policy.
  Status Choose() {
    Result<std::optional<Offer>> offer = store_.ReadIncoming();
    if (!offer.ok()) return offer.error();
    Result<std::optional<Offer>> current = store_.ReadCurrent();
    if (!current.ok() && !options_.force) {
      const Error& error = current.error();
      return Error{error.code, error.message + "; --force publishes what was fetched instead"};
    }
    if (current.ok()) current_ = std::move(current).value();
    if (offer->has_value()) {
      wanted_ = std::move(**offer);
      return CheckOffer();
    }
    if (current_.has_value()) {
      wanted_ = *current_;
      return Status::Ok();
    }
    return CheckNothingIsLost();
  }

  Status CheckOffer() const {
    if (Status time = CheckNotInFuture(wanted_.data_time_ms, NowMs()); !time.ok()) {
      return time.error().In(wanted_.source);
    }
    if (options_.force || !current_.has_value()) return Status::Ok();
    return CheckNotOlder(wanted_, *current_);
  }

  // Without lists there is nothing to compile; a snapshot with filters must not give way to that.
  Status CheckNothingIsLost() const {
    const Result<MappedSnapshot> snapshot = MappedSnapshot::Open(paths_.snapshot);
    if (options_.force || !snapshot.ok() || !snapshot->snapshot().has_data()) return Status::Ok();
    return Error{ErrorCode::kIo, paths_.filters +
                                     ": no list of filters, although the snapshot was "
                                     "made from some; run crlite-sync fetch first"};
  }

  bool IsInForce() const {
    const bool has_list = current_.has_value() || wanted_.files.empty();
    if (!has_list) return false;
    if (current_.has_value() &&
        (!SameFiles(*current_, wanted_) || current_->data_time_ms != wanted_.data_time_ms)) {
      return false;
    }
    const Result<MappedSnapshot> mapped = MappedSnapshot::Open(paths_.snapshot);
    if (!mapped.ok()) return false;
    const Snapshot& snapshot = mapped->snapshot();
    if (!CheckInstalled(paths_, snapshot).ok()) return false;
    if (!SamePolicy(snapshot.policy(), policy_) || !IsCompiledFrom(snapshot, wanted_) ||
        snapshot.data_time_ms() != wanted_.data_time_ms || !snapshot.BodyHashMatches()) {
      return false;
    }
    for (const OfferedFile& file : wanted_.files) {
      if (!store_.IsInForce(file)) return false;
    }
    return true;
  }

  Status Replace() {
    if (Status loaded = LoadFilters(); !loaded.ok()) return loaded;
    input_.policy = policy_;
    input_.generation = NextGeneration(paths_);
    input_.data_time_ms = wanted_.data_time_ms;
    input_.published_ms = NowMs();
    Result<std::vector<uint8_t>> snapshot = CompileSnapshot(input_);
    if (!snapshot.ok()) return snapshot.error();
    const std::string summary =
        fmt::format("generation {}: {} filters ({}) of {}, snapshot of {}", input_.generation,
                    wanted_.files.size(), FormatSize(TotalSize(wanted_)),
                    FormatTimeMs(wanted_.data_time_ms), FormatSize(snapshot->size()));
    if (options_.dry_run) {
      console_->Say("would publish " + summary);
      return Status::Ok();
    }
    if (Status installed = InstallSnapshot(paths_, *snapshot); !installed.ok()) return installed;
    // The list follows the snapshot: whoever dies in between publishes again.
    if (!wanted_.files.empty()) {
      if (Status written = store_.WriteCurrent(wanted_); !written.ok()) return written;
    }
    CleanUp();
    console_->Say("publish: " + summary);
    return Status::Ok();
  }

  // Reads, judges and keeps every filter.
  Status LoadFilters() {
    for (const OfferedFile& file : wanted_.files) {
      Result<std::vector<uint8_t>> content = store_.Read(file);
      if (!content.ok()) return content.error();
      Result<std::unique_ptr<Clubcard>> clubcard = ReadPublishable(file, *content);
      if (!clubcard.ok()) return clubcard.error();
      if (!options_.dry_run && !store_.IsInForce(file)) {
        if (Status kept = store_.PutInForce(file, *content); !kept.ok()) return kept;
      }
      input_.filters.push_back({file.name, file.hash, /*time_ms=*/0, clubcard->get()});
      clubcards_.push_back(std::move(clubcard).value());
    }
    return Status::Ok();
  }

  void CleanUp() {
    store_.DropIncoming(wanted_);
    store_.PruneInForce(wanted_);
  }

  const StatePaths paths_;
  FilterStore store_;
  const Policy policy_;
  const SyncOptions& options_;
  Console* console_;
  std::optional<Offer> current_;
  Offer wanted_;
  std::vector<std::unique_ptr<Clubcard>> clubcards_;
  SnapshotInput input_;  // borrows from clubcards_
};

}  // namespace

Status Publish(const Config& config, const SyncOptions& options, Console* console) {
  return Publication(config, options, console).Run();
}

}  // namespace crlite
