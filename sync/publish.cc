#include <fmt/format.h>
#include <sys/stat.h>

#include "cascade/base/text.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/install.h"
#include "cascade/snapshot/mapped_snapshot.h"
#include "sync/clock.h"
#include "sync/exemptions_in_force.h"
#include "sync/store/filter_store.h"
#include "sync/store/floors.h"
#include "sync/store/offer_file.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

std::string WordsOf(const Offer& offer) {
  if (offer.files.empty()) return "policy alone, without filters";
  return fmt::format("{} ({}) of {}", FormatCount(offer.files.size(), "filter"),
                     FormatSize(TotalSize(offer)), FormatTimeMs(offer.data_time_ms));
}

// One publication.
class Publication {
 public:
  Publication(const Config& config, const SyncOptions& options, Console* console, RunRecord* record)
      : paths_(config.state_dir),
        store_(paths_),
        config_(config),
        options_(options),
        console_(console),
        record_(record) {}

  // Call under the lock.
  Status Run() {
    if (!options_.dry_run) store_.PruneState();
    WarnIfHidden();
    Result<std::vector<SnapshotExemption>> exemptions =
        ReadExemptionsInForce(config_.exemptions_file, NowMs());
    if (!exemptions.ok()) return exemptions.error();
    exemptions_ = std::move(*exemptions);
    Result<Floors> floors = Floors::Read(paths_.floors, options_.allow.rollback);
    if (!floors.ok()) return floors.error();
    floors_ = std::move(*floors);
    Result<std::optional<Offer>> current = store_.ReadCurrent();
    if (current.ok()) {
      current_ = std::move(current).value();
    } else {
      list_ = current.error();
    }
    return PublishBest();
  }

 private:
  // A process that cannot reach the snapshot goes on unchecked, in silence.
  void WarnIfHidden() const {
    struct stat status;
    if (stat(paths_.directory.c_str(), &status) != 0 || (status.st_mode & S_IXOTH) != 0) return;
    console_->Warn(fmt::format(
        "{0}: mode {1:04o}, other users' programs cannot reach the snapshot; chmod o+rx {0}",
        paths_.directory, status.st_mode & 07777));
  }

  std::string Summary() const {
    const std::string words = WordsOf(wanted_);
    if (exemptions_.empty()) return words;
    return fmt::format("{}, {} in force", words, FormatCount(exemptions_.size(), "exemption"));
  }

  // The offer, else what is in force, else nothing but policy. An offer that cannot be used must
  // not keep a new policy from coming into force.
  Status PublishBest() {
    Status refused;
    Result<std::optional<Offer>> offer = store_.ReadIncoming();
    const bool has_offer = !offer.ok() || (offer->has_value() && !IsCurrent(**offer));
    if (has_offer) {
      const Status usable = offer.ok() ? JudgeAndPrepare(**offer) : Status(offer.error());
      if (usable.ok()) {
        if (!list_.ok()) console_->Warn(list_.error().message + "; what was fetched replaces it");
        return Finish();
      }
      refused = current_.has_value() ? Error{ErrorCode::kUnavailable,
                                             usable.error().message + "; what is in force stays"}
                                     : Error{ErrorCode::kMalformed, usable.error().message};
    }
    if (!current_.has_value()) {
      const Status safe = CheckNothingIsLost();
      if (!safe.ok() && refused.ok()) return safe;
      if (!safe.ok()) {
        console_->Warn(safe.error().message);
        return refused;
      }
    }
    if (Status prepared = Prepare(current_.value_or(Offer{})); !prepared.ok()) return prepared;
    if (Status finished = Finish(); !finished.ok()) return finished;
    return refused;
  }

  // What was accepted is not judged again: its signer's certificate has but a few weeks to live.
  bool IsCurrent(const Offer& offer) const {
    if (!current_.has_value() || !SameFiles(offer, *current_)) return false;
    const auto changeset_of = [](const Offer& of) {
      return of.proof.has_value() ? of.proof->changeset : std::string();
    };
    return offer.source == current_->source && offer.data_time_ms == current_->data_time_ms &&
           changeset_of(offer) == changeset_of(*current_);
  }

  Status JudgeAndPrepare(Offer offer) {
    const Acceptance acceptance(config_, floors_, current_.has_value() ? &*current_ : nullptr,
                                options_.allow);
    Result<Offer> judged = acceptance.Judge(std::move(offer), NowMs());
    if (!judged.ok()) return judged.error();
    return Prepare(std::move(*judged));
  }

  // Compiles what is wanted, unless it is in force. Writes nothing.
  Status Prepare(Offer wanted) {
    wanted_ = std::move(wanted);
    wanted_.validator = {};  // a matter between fetch and its server
    is_in_force_ = !options_.force && IsInForce();
    return is_in_force_ ? Status::Ok() : Compile();
  }

  // Without lists there is nothing to compile; a snapshot with filters must not give way to that.
  Status CheckNothingIsLost() const {
    if (!list_.ok()) {
      return Error{list_.error().code, list_.error().message + "; run crlite-sync fetch first"};
    }
    const Result<MappedSnapshot> snapshot = MappedSnapshot::Open(paths_.snapshot);
    if (!snapshot.ok() || !snapshot->snapshot().has_data()) return Status::Ok();
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
    if (snapshot.policy() != config_.policy || !HoldsExactly(snapshot, exemptions_) ||
        !IsCompiledFrom(snapshot, wanted_) || snapshot.data_time_ms() != wanted_.data_time_ms ||
        !snapshot.BodyHashMatches()) {
      return false;
    }
    for (const OfferedFile& file : wanted_.files) {
      if (!store_.IsInForce(file)) return false;
    }
    return true;
  }

  Status Compile() {
    SnapshotInput input;
    input.policy = config_.policy;
    input.exemptions = exemptions_;
    input.generation = generation_ = NextGeneration(paths_);
    input.data_time_ms = wanted_.data_time_ms;
    input.published_ms = NowMs();
    clubcards_.clear();
    new_files_.clear();
    for (const OfferedFile& file : wanted_.files) {
      Result<std::unique_ptr<Clubcard>> clubcard = ReadClubcard(file);
      if (!clubcard.ok()) return clubcard.error();
      input.filters.push_back({file.name, file.hash, /*time_ms=*/0, clubcard->get()});
      clubcards_.push_back(std::move(clubcard).value());
    }
    Result<SnapshotPlan> plan = SnapshotPlan::Make(input);
    if (!plan.ok()) return plan.error();
    plan_ = std::move(plan).value();
    return Status::Ok();
  }

  Result<std::unique_ptr<Clubcard>> ReadClubcard(const OfferedFile& file) {
    Result<std::vector<uint8_t>> content = store_.ReadInForce(file);
    if (!content.ok()) {
      new_files_.push_back(file);
      content = store_.Read(file);
    }
    if (!content.ok()) return content.error();
    return ReadPublishable(file, *content);
  }

  // Puts in force what Prepare has made.
  Status Finish() {
    if (is_in_force_) {
      console_->Say(fmt::format("publish: nothing new, {}", Summary()));
      NoteResult(CurrentGeneration());
      if (options_.dry_run) return Status::Ok();
      if (Status raised = RaiseFloor(); !raised.ok()) return raised;
      return Settle();
    }
    const std::string summary = fmt::format("generation {}: {}, snapshot of {}", generation_,
                                            Summary(), FormatSize(plan_->size()));
    if (options_.dry_run) {
      console_->Say("would publish " + summary);
      return Status::Ok();
    }
    if (Status kept = KeepFilters(); !kept.ok()) return kept;
    // The floor comes first: data in force above it could be taken back by whoever dies in between.
    if (Status raised = RaiseFloor(); !raised.ok()) return raised;
    if (Status installed = InstallSnapshot(paths_, *plan_); !installed.ok()) return installed;
    if (Status settled = Settle(); !settled.ok()) return settled;
    console_->Say("publish: " + summary);
    NoteResult(generation_);
    return Status::Ok();
  }

  // The list follows the snapshot: whoever dies in between publishes again.
  Status Settle() {
    const bool is_listed = current_.has_value() && OfferToText(*current_) == OfferToText(wanted_);
    if (!wanted_.files.empty() && !is_listed) {
      if (Status written = store_.WriteCurrent(wanted_); !written.ok()) return written;
    }
    CleanUp();
    return Status::Ok();
  }

  Status RaiseFloor() {
    if (wanted_.files.empty()) return Status::Ok();
    const Acceptance acceptance(config_, floors_, nullptr, options_.allow);
    const std::string identity = acceptance.IdentityOf(wanted_);
    if (!floors_.Set(identity, wanted_.data_time_ms, options_.allow.rollback)) return Status::Ok();
    return floors_.Write(paths_.floors);
  }

  uint64_t CurrentGeneration() const {
    const Result<MappedSnapshot> mapped = MappedSnapshot::Open(paths_.snapshot);
    return mapped.ok() ? mapped->snapshot().generation() : 0;
  }

  void NoteResult(uint64_t generation) {
    record_->source = wanted_.source;
    record_->is_signed = wanted_.proof.has_value();
    record_->data_time_ms = wanted_.data_time_ms;
    record_->generation = generation;
  }

  Status KeepFilters() {
    for (const OfferedFile& file : new_files_) {
      Result<std::vector<uint8_t>> content = store_.Read(file);
      if (!content.ok()) return content.error();
      if (Status kept = store_.PutInForce(file, *content); !kept.ok()) return kept;
    }
    // The list names what the disk has. What else is there a run may have left that was killed.
    const bool is_listed = current_.has_value() && SameFiles(*current_, wanted_);
    if (wanted_.files.empty() || (new_files_.empty() && is_listed)) return Status::Ok();
    return store_.SyncInForce();
  }

  void CleanUp() {
    store_.DropIncoming(wanted_);
    store_.PruneInForce(wanted_);
  }

  const StatePaths paths_;
  FilterStore store_;
  const Config& config_;
  const SyncOptions& options_;
  Console* console_;
  RunRecord* record_;
  std::vector<SnapshotExemption> exemptions_;
  Floors floors_;
  Status list_;  // why current_ could not be read
  std::optional<Offer> current_;
  Offer wanted_;
  bool is_in_force_ = false;
  uint64_t generation_ = 0;
  // What Compile has made of wanted_. The plan borrows from the clubcards.
  std::vector<OfferedFile> new_files_;  // not in filters/ yet
  std::vector<std::unique_ptr<Clubcard>> clubcards_;
  std::optional<SnapshotPlan> plan_;
};

}  // namespace

Status Publish(const Config& config, const SyncOptions& options, Console* console,
               RunRecord* record) {
  const StatePaths paths(config.state_dir);
  if (options.dry_run) return Publication(config, options, console, record).Run();
  if (Status made = MakeDirectory(paths.directory); !made.ok()) return made;
  const Result<StateLock> lock = StateLock::Acquire(paths);
  if (!lock.ok()) return lock.error();
  record->started_ms = NowMs();
  const Status published = Publication(config, options, console, record).Run();
  FinishRun(PublishRecordPath(paths), published, record);
  return published;
}

}  // namespace crlite
