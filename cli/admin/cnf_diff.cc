#include "cli/admin/cnf_diff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "cli/process.h"

namespace crlite {
namespace {

Result<std::string> Diff(const CnfFile& file, const std::string& new_path) {
  const std::string old_path = file.exists() ? file.target() : "/dev/null";
  Result<ProcessResult> diff = RunProcess(
      {"diff", "-u", "--label", file.path(), "--label", file.path(), "--", old_path, new_path}, {});
  if (!diff.ok()) return diff.error();
  if (diff->exit_status > 1) return Error{ErrorCode::kIo, diff->errors};
  return std::move(diff->output);
}

}  // namespace

Result<std::string> DiffOf(const CnfFile& file, std::string_view text) {
  // diff wants a file, and the directory of the old one is not to be touched.
  std::string folder = (std::filesystem::temp_directory_path() / "crlite-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return IoError(folder, "cannot create", errno);
  const std::string path = folder + "/openssl.cnf";
  const Status written =
      WriteFileAtomically(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, 0600,
                          FileOwner::kThisProcess, Durability::kLater);
  Result<std::string> diff = written.ok() ? Diff(file, path) : written.error();
  unlink(path.c_str());
  rmdir(folder.c_str());
  return diff;
}

}  // namespace crlite
