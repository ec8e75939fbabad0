#include "conf/exemptions_file.h"

#include <errno.h>
#include <sys/stat.h>

#include <filesystem>

namespace crlite {
namespace {

constexpr mode_t kPublicFile = 0644;

Error CannotOpen(const std::string& path, int error_number) {
  Error error = IoError(path, "cannot be opened for writing", error_number);
  error.message += error_number == ENOENT ? "; mkdir -p " + DirectoryOf(path) : "; run it as root";
  return error;
}

// The file behind links, so that a link to a file that is kept elsewhere stays one.
std::string TargetOf(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
}

}  // namespace

Result<ExemptionsLock> ExemptionsLock::Acquire(const std::string& path) {
  std::unique_ptr<ChangeLock> lock;
  const int error = ChangeLock::Acquire(TargetOf(path), ChangeLock::Wait::kYes, &lock);
  if (error != 0) return CannotOpen(path, error);
  return ExemptionsLock(std::move(lock));
}

Status WriteExemptions(const std::string& path, const std::vector<Exemption>& exemptions) {
  const std::string text = ExemptionsToText(exemptions);
  const Bytes bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  return WriteFileAtomically(TargetOf(path), bytes, kPublicFile);
}

}  // namespace crlite
