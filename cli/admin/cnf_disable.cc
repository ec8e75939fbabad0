#include "cli/admin/cnf_disable.h"

#include <errno.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include "cascade/base/file.h"
#include "cli/admin/cnf_diff.h"

namespace crlite {
namespace {

// The backup has done its duty when the file is the same again. Under its name it would say that
// the module is to be enabled, so another one is kept under another.
void RemoveBackup(const CnfFile& file, const std::string& text, CnfAnswer* answer) {
  const std::string backup = file.BackupPath(), kept = backup + ".old";
  const Result<std::vector<uint8_t>> content = ReadFile(backup, kMaxOpensslCnfSize, Links::kRefuse);
  if (content.ok() && std::string(content->begin(), content->end()) == text) {
    unlink(backup.c_str());
  } else if (rename(backup.c_str(), kept.c_str()) == 0) {
    answer->backup = kept;
    answer->lines.push_back(kept +
                            ": kept, as the file has been changed since; compare and remove it");
  }
}

Status PutBack(const CnfFile& file, const std::string& text) {
  if (Status unchanged = ExpectUnchanged(file); !unchanged.ok()) return unchanged;
  // An empty file had a backup; without one it was made by enable.
  if (text.empty() && access(file.BackupPath().c_str(), F_OK) != 0) {
    if (unlink(file.target().c_str()) == 0) return Status::Ok();
    return IoError(file.target(), "cannot remove", errno);
  }
  Result<std::unique_ptr<CnfCandidate>> candidate = CnfCandidate::Write(file, text);
  if (!candidate.ok()) return candidate.error();
  return (*candidate)->MoveTo(file.target());
}

Status ExpectNotByHand(const CnfFile& file, const std::string& text) {
  const Result<OpensslCnf> cnf = ParseOpensslCnf(text, file.path());
  const CnfProvider* crlite = cnf.ok() ? cnf->Find("crlite") : nullptr;
  if (crlite == nullptr || !crlite->is_active) return Status::Ok();
  return Error{
      ErrorCode::kConfiguration,
      fmt::format("{}: activates the module by hand; take 'crlite = {}' and section [{}] out",
                  file.path(), crlite->section, crlite->section)};
}

}  // namespace

Result<CnfAnswer> DisableModule(const CnfFile& file, bool dry_run) {
  const Result<std::string> text = WithoutCrliteBlock(file.text());
  if (!text.ok()) return text.error().In(file.path());
  CnfAnswer answer;
  if (dry_run) {
    Result<std::string> diff = DiffOf(file, *text);
    if (!diff.ok()) return diff.error();
    answer.diff = std::move(*diff);
    return answer;
  }
  answer.is_changed = HasCrliteBlock(file.text());
  if (answer.is_changed) {
    if (Status put = PutBack(file, *text); !put.ok()) return put.error();
    answer.lines.push_back(fmt::format(
        "disabled: {} is without the module; programs that are running must be restarted",
        file.path()));
  } else {
    answer.lines.push_back(file.path() + ": not enabled, nothing changed");
  }
  // Without a block, too: an enable or disable that was killed may have left it.
  RemoveBackup(file, *text, &answer);
  if (Status checked = ExpectNotByHand(file, *text); !checked.ok()) return checked.error();
  return answer;
}

}  // namespace crlite
