#include "cli/admin/cnf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <utility>
#include <vector>

namespace crlite {
namespace {

// The file behind links. A link to nowhere is an error: what should be made is not clear.
Result<std::string> Resolve(const std::string& path, bool* exists) {
  const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), &free);
  *exists = real != nullptr;
  if (real != nullptr) return std::string(real.get());
  struct stat status;
  if (errno != ENOENT) return IoError(path, "cannot resolve", errno);
  if (lstat(path.c_str(), &status) == 0) {
    return IoError(path, "a link to a missing file; make that file, or remove the link", ENOENT);
  }
  return path;
}

Result<std::string> ReadText(const std::string& path) {
  const Result<std::vector<uint8_t>> content = ReadFile(path, kMaxOpensslCnfSize);
  if (!content.ok()) return content.error();
  return std::string(content->begin(), content->end());
}

// Candidates of runs that were killed. The lock is held: nobody is working with them.
void RemoveDebris(const std::string& target) {
  const std::string directory = DirectoryOf(target);
  const std::string_view name = std::string_view(target).substr(target.rfind('/') + 1);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (TargetOfTemporary(entry.path().filename().native()) == name) unlink(entry.path().c_str());
  }
}

// SELinux label, ACL: a file system or a container may not let us, and the file works without.
void CopyExtendedAttributes(const std::string& from, int to) {
  std::array<char, 4096> names;
  const ssize_t size = listxattr(from.c_str(), names.data(), names.size());
  for (size_t at = 0; size > 0 && at < static_cast<size_t>(size);) {
    const char* name = names.data() + at;
    std::array<char, 4096> value;
    const ssize_t length = getxattr(from.c_str(), name, value.data(), value.size());
    if (length >= 0) fsetxattr(to, name, value.data(), static_cast<size_t>(length), 0);
    at += std::string_view(name).size() + 1;
  }
}

Status CopyAttributes(const CnfFile& file, int fd) {
  struct stat status = {};
  status.st_mode = 0644;
  if (file.exists()) {
    if (stat(file.target().c_str(), &status) != 0) {
      return IoError(file.target(), "cannot stat", errno);
    }
    struct stat own;
    const bool is_owner_right =
        fstat(fd, &own) == 0 && own.st_uid == status.st_uid && own.st_gid == status.st_gid;
    if (!is_owner_right && fchown(fd, status.st_uid, status.st_gid) != 0) {
      return IoError(file.target(), "cannot give the new file its owner", errno);
    }
    CopyExtendedAttributes(file.target(), fd);
  }
  if (fchmod(fd, status.st_mode & 0777) == 0) return Status::Ok();
  return IoError(file.target(), "cannot set the mode", errno);
}

Status WriteText(const std::string& path, int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return IoError(path, "cannot write", errno);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return Status::Ok();
}

}  // namespace

Result<std::unique_ptr<CnfFile>> CnfFile::Open(const std::string& path, CnfUse use) {
  bool exists = false;
  const Result<std::string> target = Resolve(path, &exists);
  if (!target.ok()) return target.error();
  std::unique_ptr<CnfFile> file(new CnfFile(path, *target));
  if (use == CnfUse::kChange) {
    const int error = ChangeLock::Acquire(*target, ChangeLock::Wait::kNo, &file->lock_);
    if (error == EWOULDBLOCK) {
      return IoError(path, "another crlite enable or disable is at work; try again", error);
    }
    // Who may make no file here cannot change any, and is told so if there is something to change.
    if (error != 0 && error != EACCES && error != EROFS) {
      return IoError(path, "cannot make a lock file beside it", error);
    }
    RemoveDebris(*target);
  }
  file->exists_ = exists;
  if (exists) {
    Result<std::string> text = ReadText(*target);
    if (!text.ok()) return text.error();
    file->text_ = std::move(*text);
  }
  return file;
}

Result<std::unique_ptr<CnfCandidate>> CnfCandidate::Write(const CnfFile& file,
                                                          std::string_view text) {
  std::string path = file.target() + ".crlite-tmp-XXXXXX";  // TargetOfTemporary
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) {
    return IoError(file.target(), "cannot create a file beside it; are you root?", errno);
  }
  std::unique_ptr<CnfCandidate> candidate(new CnfCandidate(path, fd));
  if (Status written = WriteText(path, fd, text); !written.ok()) return written.error();
  if (Status copied = CopyAttributes(file, fd); !copied.ok()) return copied.error();
  // Owner and mode as well: after a power cut the file must not be there and unreadable.
  if (fsync(fd) != 0) return IoError(path, "cannot sync to disk", errno);
  return candidate;
}

CnfCandidate::~CnfCandidate() {
  if (!path_.empty()) unlink(path_.c_str());
}

Status CnfCandidate::MoveTo(const std::string& path) {
  return RenameIntoPlace(std::exchange(path_, ""), path);
}

Status ExpectUnchanged(const CnfFile& file) {
  bool exists = false;
  const Result<std::string> target = Resolve(file.path(), &exists);
  if (!target.ok()) return target.error();
  const Result<std::string> text = exists ? ReadText(*target) : Result<std::string>("");
  if (!text.ok()) return text.error();
  if (*target == file.target() && exists == file.exists() && *text == file.text()) {
    return Status::Ok();
  }
  return Error{ErrorCode::kIo, file.path() + ": somebody else has changed it meanwhile; try again"};
}

}  // namespace crlite
