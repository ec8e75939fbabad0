#include "sync/mirror/mirror.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "cascade/base/text.h"
#include "cascade/snapshot/state_directory.h"
#include "sync/clock.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

constexpr char kRecordName[] = "superseded.json";

bool IsInside(const std::string& inner, const std::string& outer) {
  std::error_code ignored;  // what does not exist is told by whoever needs it
  const fs::path a = fs::weakly_canonical(fs::absolute(inner, ignored), ignored);
  const fs::path b = fs::weakly_canonical(fs::absolute(outer, ignored), ignored);
  const auto [rest_a, rest_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return rest_b == b.end() || rest_b->empty();
}

// Neither may the web server show the state, nor cleaning up behind one reach the other.
Status CheckApart(const std::string& output, const std::string& state_dir) {
  if (!IsInside(output, state_dir) && !IsInside(state_dir, output)) return Status::Ok();
  return Error{ErrorCode::kUsage,
               fmt::format("--output {}: inside the state directory {} or around it; name a folder "
                           "elsewhere",
                           output, state_dir)};
}

// One publication of what was fetched, else of what was published last.
class Publication {
 public:
  Publication(const Config& config, const TreeOptions& tree, Allowances allowances,
              Console* console)
      : config_(config),
        tree_(tree),
        allowances_(allowances),
        console_(console),
        paths_(config.state_dir),
        store_(paths_) {}

  Status Run() {
    Result<StateLock> lock = StateLock::Acquire(paths_);
    if (!lock.ok()) return lock.error();
    store_.PruneState();
    Result<Floors> floors = Floors::Read(paths_.floors, allowances_.rollback);
    if (!floors.ok()) return floors.error();
    const std::optional<Offer> current = ReadCurrent();
    Result<Offer> wanted = ReadWanted(current);
    if (!wanted.ok()) return wanted.error();
    const Acceptance acceptance(config_, *floors, current.has_value() ? &*current : nullptr,
                                allowances_);
    Result<Offer> judged = acceptance.Judge(std::move(wanted).value(), NowMs());
    if (!judged.ok()) return judged.error();

    if (Status made = MakeDirectory(tree_.folder); !made.ok()) return made;
    // The floor comes first: what clients have seen must not be taken back.
    const bool is_moved =
        floors->Set(acceptance.IdentityOf(*judged), judged->data_time_ms, allowances_.rollback);
    if (is_moved) {
      if (Status written = floors->Write(paths_.floors); !written.ok()) return written;
    }
    Result<TreeChange> change = PublishTree(*judged, store_, tree_, NowMs());
    if (!change.ok()) return change.error();
    if (Status kept = Keep(*judged, current); !kept.ok()) return kept;
    Tell(*judged, *change);
    return Status::Ok();
  }

 private:
  // The list is for comparison and as dictionary; the floors hold without it.
  std::optional<Offer> ReadCurrent() const {
    Result<std::optional<Offer>> current = store_.ReadCurrent();
    if (current.ok()) return std::move(current).value();
    console_->Warn(current.error().message + "; it will be replaced");
    return std::nullopt;
  }

  Result<Offer> ReadWanted(const std::optional<Offer>& current) const {
    Result<std::optional<Offer>> incoming = store_.ReadIncoming();
    if (!incoming.ok()) return incoming.error();
    if (incoming->has_value()) return **std::move(incoming);
    if (current.has_value()) return *current;
    return Error{ErrorCode::kUnavailable, paths_.incoming + ": nothing was fetched"};
  }

  // What is published is there for the next run: to patch from, and to mend the tree with.
  Status Keep(const Offer& offer, const std::optional<Offer>& current) {
    bool is_new = false;
    for (const OfferedFile& file : offer.files) {
      if (store_.IsInForce(file)) continue;
      Result<std::vector<uint8_t>> content = store_.Read(file);
      if (!content.ok()) return content.error();
      if (Status put = store_.PutInForce(file, *content); !put.ok()) return put;
      is_new = true;
    }
    if (is_new) {
      if (Status synced = store_.SyncInForce(); !synced.ok()) return synced;
    }
    const bool is_listed = current.has_value() && current->source == offer.source &&
                           current->proof.has_value() &&
                           current->proof->changeset == offer.proof->changeset &&
                           current->proof->chain == offer.proof->chain;
    if (!is_listed) {
      if (Status written = store_.WriteCurrent(offer); !written.ok()) return written;
    }
    store_.DropIncoming(offer);
    store_.PruneInForce(offer);
    return Status::Ok();
  }

  void Tell(const Offer& offer, const TreeChange& change) const {
    console_->Say(fmt::format(
        "mirror: {}: {}, {} ({}) of {}; wrote {} and {}, removed {}", tree_.folder,
        change.is_new ? "published" : "nothing new", FormatCount(offer.files.size(), "filter"),
        FormatSize(TotalSize(offer)), FormatTimeMs(offer.data_time_ms),
        FormatCount(change.files, "filter"), FormatCount(change.patches, "patch file"),
        FormatCount(change.removed, "superseded file")));
    console_->Add("mirror", {{"output", tree_.folder},
                             {"source", offer.source},
                             {"data_time_ms", offer.data_time_ms},
                             {"filters", offer.files.size()},
                             {"is_new", change.is_new},
                             {"filters_written", change.files},
                             {"patches_written", change.patches},
                             {"superseded_removed", change.removed}});
  }

  const Config& config_;
  const TreeOptions& tree_;
  const Allowances allowances_;
  Console* console_;
  const StatePaths paths_;
  FilterStore store_;
};

}  // namespace

Status Mirror(Config config, TreeOptions tree, const SyncOptions& options, Console* console) {
  for (SourceConfig& source : config.sources) source.require_signature = true;
  if (Status apart = CheckApart(tree.folder, config.state_dir); !apart.ok()) return apart;
  RunRecord record;
  const Status fetched = Fetch(config, options, console, &record);
  console->Add("fetch", RunRecordToJson(record));
  // A dry run fetches nothing that could be published.
  if (!fetched.ok() || options.dry_run) return fetched;
  tree.record = config.state_dir + "/" + kRecordName;
  return Publication(config, tree, options.allow, console).Run();
}

}  // namespace crlite
