#include "cli/health/state_health.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cascade/base/file.h"
#include "cascade/base/text.h"
#include "cascade/reader/state_files.h"
#include "cascade/snapshot/generation_file.h"
#include "cli/shell_word.h"
#include "cli/time_text.h"

namespace crlite {
namespace {

// What the policy makes of missing data, for every program.
const char* ConsequenceOf(Action action) {
  switch (action) {
    case Action::kAllow:
      return "programs accept certificates without asking about revocation";
    case Action::kReport:
      return "programs accept certificates without asking about revocation, and tell the journal";
    case Action::kDeny:
      return "programs refuse every certificate that has an SCT";
  }
  return "";
}

enum class Presence { kAbsent, kHidden, kPresent };

Presence PresenceOf(const std::string& path) {
  struct stat status;
  if (lstat(path.c_str(), &status) == 0) return Presence::kPresent;
  return errno == ENOENT || errno == ENOTDIR ? Presence::kAbsent : Presence::kHidden;
}

// Whether the file is a snapshot of a later major version.
bool IsNewer(const std::string& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  uint8_t head[snapshot_format::kMinorAt];
  if (read(fd.get(), head, sizeof head) != sizeof head) return false;
  return memcmp(head, snapshot_format::kMagic, sizeof snapshot_format::kMagic) == 0 &&
         LoadLe16(head + snapshot_format::kMajorAt) > snapshot_format::kMajor;
}

// CheckTrusted asks for all users; programs of this one are content with less.
bool IsUsableForThisUser(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         (status.st_uid == 0 || status.st_uid == geteuid()) &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 && access(path.c_str(), R_OK) == 0;
}

class StateJudge {
 public:
  StateJudge(uint64_t now_ms, DataReport* report) : now_ms_(now_ms), report_(report) {}

  void Run() {
    JudgeDirectories();
    ReadMarker();
    if (OpenSnapshot()) JudgeSnapshot();
    JudgeMode();
  }

 private:
  const StatePaths& paths() const { return report_->paths; }

  void Add(const char* id, Severity severity, std::string what, std::string why, std::string mend) {
    report_->findings.push_back({id, severity, std::move(what), std::move(why), std::move(mend)});
  }

  // No usable snapshot: whether there ever was one decides what programs do.
  void AddNoData(const char* id, const std::string& what, const std::string& mend) {
    report_->state = report_->is_provisioned ? DataState::kDamaged : DataState::kNeverProvisioned;
    report_->snapshot_problem = what;
    const Action action =
        report_->is_provisioned ? report_->policy.damaged : report_->policy.never_provisioned;
    Add(id, Severity::kCritical, what, ConsequenceOf(action), mend);
  }

  // A directory that only root can search hides the data from everybody else, and only from them.
  void JudgeDirectories() {
    std::error_code ignored;
    std::filesystem::path directory =
        std::filesystem::absolute(paths().directory, ignored).lexically_normal();
    if (!directory.has_filename()) directory = directory.parent_path();
    JudgeOwner(directory);
    for (;; directory = directory.parent_path()) {
      struct stat status;
      const bool is_hidden =
          stat(directory.c_str(), &status) == 0 && (status.st_mode & S_IXOTH) == 0;
      if (is_hidden) {
        Add("state-hidden", Severity::kCritical,
            fmt::format("{}: mode {:04o}, other users' programs cannot reach the snapshot",
                        directory.string(), status.st_mode & 07777),
            "programs of other users than root go on as if there were no data, in silence",
            "chmod o+rx " + ShellWord(directory.string()));
      }
      if (directory == directory.parent_path()) return;
    }
  }

  void JudgeOwner(const std::filesystem::path& directory) {
    struct stat status;
    if (stat(directory.c_str(), &status) != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) {
      return;
    }
    Add("state-writable", Severity::kCritical,
        fmt::format("{}: mode {:04o}, others than its owner may write to it", directory.string(),
                    status.st_mode & 07777),
        "whoever may write there can take the snapshot away from every program",
        "chmod go-w " + ShellWord(directory.string()));
  }

  void ReadMarker() {
    // As in the module: a marker that cannot be read is there all the same.
    report_->is_provisioned = PresenceOf(paths().provisioned) != Presence::kAbsent;
    const Result<std::vector<uint8_t>> marker =
        ReadFile(paths().provisioned, kProvisionedFileSize, Links::kRefuse);
    if (marker.ok()) (void)DecodeProvisioned(*marker, &report_->policy);
  }

  bool OpenSnapshot() {
    const Presence presence = PresenceOf(paths().snapshot);
    if (presence == Presence::kHidden) {
      AddNoData("state-hidden", paths().snapshot + ": this user cannot reach it",
                "chmod o+rx " + ShellWord(paths().directory));
      return false;
    }
    if (presence == Presence::kAbsent) {
      AddAbsent();
      return false;
    }
    if (const Status trusted = CheckTrusted(paths().snapshot); !trusted.ok()) {
      AddNoData("snapshot-untrusted", WithoutAdvice(trusted.error().message),
                report_->SyncCommand("publish --force"));
      if (!IsUsableForThisUser(paths().snapshot)) return false;
    }
    Result<MappedSnapshot> mapped = MappedSnapshot::Open(paths().snapshot);
    if (mapped.ok()) {
      report_->snapshot.emplace(std::move(*mapped));
      report_->snapshot_problem.clear();
      return true;
    }
    const bool is_newer = IsNewer(paths().snapshot);
    AddNoData(is_newer ? "snapshot-newer" : "snapshot-damaged",
              is_newer ? paths().snapshot + ": written by a newer crlite-sync than this program"
                       : WithoutAdvice(mapped.error().message),
              report_->SyncCommand("publish --force"));
    return false;
  }

  void AddAbsent() {
    if (report_->is_provisioned) {
      return AddNoData("snapshot-missing", paths().snapshot + ": missing, although there was one",
                       report_->SyncCommand("") + " --force");
    }
    report_->snapshot_problem = paths().snapshot + ": nothing was published yet";
    AddNeverProvisioned();
  }

  void AddNeverProvisioned() {
    report_->state = DataState::kNeverProvisioned;
    const Action action = report_->policy.never_provisioned;
    Add("never-provisioned", Severity::kCritical,
        paths().directory + ": never provisioned, there are no filters yet", ConsequenceOf(action),
        report_->SyncCommand(""));
  }

  // Errors end in "; <what to try>", which a finding says in a place of its own.
  static std::string WithoutAdvice(const std::string& message) {
    return message.substr(0, message.rfind("; "));
  }

  void JudgeSnapshot() {
    const Snapshot& snapshot = report_->snapshot->snapshot();
    report_->policy = snapshot.policy();
    if (!snapshot.BodyHashMatches()) {
      Add("snapshot-damaged", Severity::kCritical,
          paths().snapshot + ": its content does not have the hash that its header gives",
          "programs go on with it until they come across the damage, and may get wrong answers",
          report_->SyncCommand("publish --force"));
    }
    JudgeGeneration(snapshot);
    if (!snapshot.has_data()) {
      if (!report_->is_provisioned) return AddNeverProvisioned();
      AddNoData("snapshot-empty", paths().snapshot + ": it contains no filters",
                report_->SyncCommand("") + " --force");
      report_->snapshot_problem.clear();  // it is there, and carries the policy
      return;
    }
    JudgeMarker();
    JudgeAge(snapshot);
  }

  void JudgeGeneration(const Snapshot& snapshot) {
    const std::string mend = report_->SyncCommand("publish --force");
    constexpr char kWhy[] = "running programs do not notice new data";
    const std::optional<uint64_t> word = AnnouncedGeneration(paths().generation);
    if (const Status trusted = CheckTrusted(paths().generation); !trusted.ok()) {
      Add("generation-missing", Severity::kWarning, WithoutAdvice(trusted.error().message), kWhy,
          mend);
    } else if (word != snapshot.generation()) {
      Add("generation-missing", Severity::kWarning,
          paths().generation + (word.has_value()
                                    ? fmt::format(": says {}, wanted {}, that of the snapshot",
                                                  *word, snapshot.generation())
                                    : ": not a generation file"),
          kWhy, mend);
    }
  }

  void JudgeMarker() {
    Status trusted = CheckTrusted(paths().provisioned);
    if (trusted.ok()) {
      const Result<std::vector<uint8_t>> marker =
          ReadFile(paths().provisioned, kProvisionedFileSize, Links::kRefuse);
      uint8_t wanted[kProvisionedFileSize];
      EncodeProvisioned(report_->policy, wanted);
      if (marker.ok() && SameBytes(*marker, wanted)) return;
      trusted = UntrustedError(paths().provisioned, "not the marker with the snapshot's policy");
    }
    Add("marker-missing", Severity::kWarning, WithoutAdvice(trusted.error().message),
        "should the snapshot be lost, programs would not follow the policy for damaged data",
        report_->SyncCommand("publish --force"));
  }

  void JudgeAge(const Snapshot& snapshot) {
    report_->state = FreshnessOf(report_->policy, snapshot.data_time_ms(), now_ms_);
    const uint64_t age_s =
        now_ms_ > snapshot.data_time_ms() ? (now_ms_ - snapshot.data_time_ms()) / 1000 : 0;
    const std::string age = fmt::format("data: {} old", FormatAge(age_s));
    if (report_->state != DataState::kStale) {
      return Add("data-stale", Severity::kOk,
                 fmt::format("{}, from {}", age, FormatCount(snapshot.num_filters(), "filter")), "",
                 "");
    }
    const bool denies = report_->policy.stale == Action::kDeny;
    Add("data-stale", denies ? Severity::kCritical : Severity::kWarning,
        fmt::format("{}, wanted at most {}", age, FormatAge(report_->policy.stale_after_s)),
        denies ? "programs refuse every certificate that has an SCT"
               : "certificates that were revoked since then are accepted",
        report_->SyncCommand(""));
  }

  void JudgeMode() {
    if (report_->policy.mode == Mode::kShadow) {
      Add("mode-not-enforced", Severity::kOk,
          "policy: mode shadow: programs refuse nothing, and tell the journal what they would have "
          "refused",
          "", "");
    } else if (report_->policy.mode == Mode::kOff) {
      Add("mode-not-enforced", Severity::kWarning, "policy: mode off: nothing is checked",
          "programs accept revoked certificates",
          "sensible-editor " + ShellWord(report_->config_path) + " && " +
              report_->SyncCommand("publish") + "  # policy: mode: enforce");
    }
  }

  const uint64_t now_ms_;
  DataReport* report_;
};

}  // namespace

void JudgeState(uint64_t now_ms, DataReport* report) { StateJudge(now_ms, report).Run(); }

}  // namespace crlite
