#include "conf/exemptions_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace crlite {
namespace {

constexpr mode_t kPublicFile = 0644;

Error CannotOpen(const std::string& path, int error_number) {
  Error error = IoError(path, "cannot be opened for writing", error_number);
  error.message += error_number == ENOENT ? "; mkdir -p " + DirectoryOf(path) : "; run it as root";
  return error;
}

// Whether the path still leads to this file: whoever held the lock before has replaced it.
bool IsStillAt(const std::string& path, int fd) {
  struct stat opened, named;
  return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

Result<ExemptionsLock> ExemptionsLock::Acquire(const std::string& path) {
  for (;;) {
    // Open for writing, so that nobody can hold up the administrator who could not write himself.
    auto file = std::make_unique<Descriptor>(
        open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kPublicFile));
    if (file->get() < 0) return CannotOpen(path, errno);
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    // Of the open file, not of the process: loading the file closes another descriptor of it.
    while (fcntl(file->get(), F_OFD_SETLKW, &whole) != 0) {
      if (errno != EINTR) return IoError(path, "cannot be locked", errno);
    }
    if (IsStillAt(path, file->get())) return ExemptionsLock(std::move(file));
  }
}

Status WriteExemptions(const std::string& path, const std::vector<Exemption>& exemptions) {
  const std::string text = ExemptionsToText(exemptions);
  const Bytes bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  return WriteFileAtomically(path, bytes, kPublicFile);
}

}  // namespace crlite
