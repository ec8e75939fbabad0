// An openssl.cnf that is being changed: one changer at a time, and at every moment the old file or
// the new one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cascade/base/file.h"
#include "conf/change_lock.h"
#include "conf/openssl_cnf/edit.h"

namespace crlite {

enum class CnfUse { kRead, kChange };

// Not thread-safe. The lock lasts as long as the object.
class CnfFile {
 public:
  // Reads the file behind `path`, links followed; it may be missing. kChange: locks it
  // (ChangeLock) and removes what a killed run left there. kIo when it cannot be read or somebody
  // else is at it.
  static Result<std::unique_ptr<CnfFile>> Open(const std::string& path, CnfUse use);

  const std::string& path() const { return path_; }  // as given
  const std::string& target() const { return target_; }
  bool exists() const { return exists_; }
  const std::string& text() const { return text_; }
  // Where `crlite enable` keeps the file as it was.
  std::string BackupPath() const { return target_ + kCnfBackupSuffix; }

 private:
  CnfFile(const std::string& path, const std::string& target) : path_(path), target_(target) {}

  const std::string path_, target_;
  bool exists_ = false;
  std::string text_;
  std::unique_ptr<ChangeLock> lock_;
};

// A new content, in a file of its own in the same directory until it is put in place; removed if
// it is not. It has owner, mode, and as far as possible extended attributes of the old file, or
// root's 0644 if there is none.
class CnfCandidate {
 public:
  static Result<std::unique_ptr<CnfCandidate>> Write(const CnfFile& file, std::string_view text);
  ~CnfCandidate();
  CnfCandidate(const CnfCandidate&) = delete;
  CnfCandidate& operator=(const CnfCandidate&) = delete;

  const std::string& path() const { return path_; }
  // In one step, synced. The last call.
  Status MoveTo(const std::string& path);

 private:
  CnfCandidate(const std::string& path, int fd) : path_(path), fd_(fd) {}

  std::string path_;  // empty: moved
  const Descriptor fd_;
};

// kIo if the file is not what was read any more.
Status ExpectUnchanged(const CnfFile& file);

}  // namespace crlite
