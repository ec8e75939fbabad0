#include "cli/admin/exempt_change.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cli/output.h"
#include "cli/process.h"
#include "cli/shell_word.h"
#include "conf/config.h"
#include "conf/exemptions_file.h"
#include "sync/clock.h"

namespace crlite {
namespace {

constexpr char kSyncTool[] = "crlite-sync";
constexpr int kPublishTimeoutS = 600;

// The one that was built or installed with this program, else what PATH has.
std::string SyncTool() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string beside = (self.parent_path() / kSyncTool).string();
  return !error && access(beside.c_str(), X_OK) == 0 ? beside : kSyncTool;
}

int PutInForce(const ExemptPlace& place) {
  if (!place.has_publish) {
    PrintMessage("not in force yet; run " + place.PublishLine());
    return 0;
  }
  fflush(stdout);  // what publish prints comes after it
  ProcessOptions options;
  options.timeout_s = kPublishTimeoutS;
  options.has_terminal_output = !place.json;
  const Result<ProcessResult> published = RunProcess(place.PublishCommand(), options);
  if (published.ok()) fmt::print(stderr, "{}", published->errors);
  if (published.ok() && published->exit_status == 0) return 0;
  const int exit_code =
      published.ok() ? published->exit_status : Fail(published.error().In(kSyncTool));
  PrintMessage(
      fmt::format("{}: written, but not in force: publishing failed (exit status {}); "
                  "mend what it says, then run {}",
                  place.exemptions_path(), exit_code, place.PublishLine()));
  return exit_code;
}

// What was done, in words or as JSON, and what came of publishing it.
int Finish(const ExemptPlace& place, const char* action, const Exemption& exemption,
           const std::string& line) {
  if (!place.json) {
    fmt::print("{}\n", line);
    return PutInForce(place);
  }
  const int exit_code = PutInForce(place);
  PrintJson({{"schema", kJsonSchema},
             {"action", action},
             {"id", exemption.Id()},
             {"what", WhatIsExempt(exemption)},
             {"until_ms", exemption.until_ms},
             {"published", place.has_publish && exit_code == 0}});
  return exit_code;
}

// The file under its lock, changed by `change`, which says no by an error.
template <typename Change>
Status ChangeFile(const std::string& path, Change change) {
  const Result<ExemptionsLock> lock = ExemptionsLock::Acquire(path);
  if (!lock.ok()) return lock.error();
  Result<std::vector<Exemption>> exemptions = LoadExemptions(path, NowMs());
  if (!exemptions.ok()) return exemptions.error();
  if (Status changed = change(&*exemptions); !changed.ok()) return changed;
  return WriteExemptions(path, *exemptions);
}

}  // namespace

std::string ExemptPlace::exemptions_path() const {
  return ExemptionsPathBeside(config_path.empty() ? kDefaultConfigPath : config_path);
}

std::vector<std::string> ExemptPlace::PublishCommand() const {
  std::vector<std::string> command = {SyncTool(), "publish"};
  if (!config_path.empty()) command.insert(command.end(), {"--config", config_path});
  if (!state_dir.empty()) command.insert(command.end(), {"--state", state_dir});
  return command;
}

std::string ExemptPlace::PublishLine() const {
  std::string line = fmt::format("{} publish", kSyncTool);
  if (!config_path.empty()) line += " --config " + ShellWord(config_path);
  if (!state_dir.empty()) line += " --state " + ShellWord(state_dir);
  return line;
}

std::string WhatIsExempt(const Exemption& exemption) {
  if (exemption.kind == Exemption::Kind::kLeafKey) {
    return fmt::format("every certificate of the key {}", ToHex(exemption.leaf_spki.bytes));
  }
  return fmt::format("serial {} of issuer {}", ToHex(exemption.serial),
                     ToHex(exemption.issuer.bytes));
}

int AddExemption(const ExemptPlace& place, const Exemption& exemption) {
  const std::string path = place.exemptions_path();
  bool is_new = true;
  const Status changed = ChangeFile(path, [&](std::vector<Exemption>* exemptions) -> Status {
    const auto same = std::find_if(exemptions->begin(), exemptions->end(),
                                   [&](const Exemption& e) { return e.Key() == exemption.Key(); });
    is_new = same == exemptions->end();
    if (!is_new) {
      *same = exemption;
      return Status::Ok();
    }
    if (exemptions->size() >= kMaxExemptions) {
      return Error{ErrorCode::kConfiguration,
                   fmt::format("{}: has {} exemptions, the most it may; remove those that have "
                               "ended, crlite exempt list shows them",
                               path, exemptions->size())};
    }
    exemptions->push_back(exemption);
    return Status::Ok();
  });
  if (!changed.ok()) return Fail(changed.error());
  return Finish(
      place, is_new ? "added" : "replaced", exemption,
      fmt::format("{}: {} until {}: {}", exemption.Id(), is_new ? "exempt" : "exempt, as replaced,",
                  FormatTimeMs(exemption.until_ms), WhatIsExempt(exemption)));
}

int RemoveExemption(const ExemptPlace& place, const std::string& id) {
  const std::string path = place.exemptions_path();
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
    return Fail({ErrorCode::kUsage, path + ": there is none, so nothing to remove"});
  }
  Exemption removed;
  const Status changed = ChangeFile(path, [&](std::vector<Exemption>* exemptions) -> Status {
    const auto found = std::find_if(exemptions->begin(), exemptions->end(),
                                    [&](const Exemption& e) { return e.Id() == id; });
    if (found == exemptions->end()) {
      return Error{ErrorCode::kUsage,
                   fmt::format("{}: no exemption {}; crlite exempt list shows them all", path,
                               WithoutControls(id))};
    }
    removed = *found;
    exemptions->erase(found);
    return Status::Ok();
  });
  if (!changed.ok()) return Fail(changed.error());
  return Finish(place, "removed", removed,
                fmt::format("{}: no longer exempt: {}", id, WhatIsExempt(removed)));
}

}  // namespace crlite
