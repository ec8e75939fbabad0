// Whole files: read with a limit, written so that a crash leaves the old or the new one.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/bytes.h"

namespace crlite {

// Real filters are below 12 MB; anything larger than this is refused before it is read.
inline constexpr uint64_t kMaxFilterFileSize = 64u << 20;

// Owns a file descriptor.
class Descriptor {
 public:
  // `fd`: an open one, or -1 after a failed open.
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

// Whether the last part of a path may be a symbolic link. Not where somebody else could make one.
enum class Links { kFollow, kRefuse };

// Reads a regular file of at most `max_size` bytes. Errors name `path`.
Result<std::vector<uint8_t>> ReadFile(const std::string& path, uint64_t max_size,
                                      Links links = Links::kFollow);

// Gives the file, which this process has just created in `directory`, to the directory's owner if
// this is root: he must be able to go on with it. Never for files that were there already; they may
// be links to someone else's.
Status GiveToOwnerOf(const std::string& directory, int fd);

enum class FileOwner { kThisProcess, kOwnerOfDirectory };

// Whether a file must survive the machine's death. kLater: the next death may bring the old file
// back, or leave an empty one.
enum class Durability { kSynced, kLater };

// The new content of a file, written piece by piece to a temporary file in the same directory.
// Without a successful Commit the old file is untouched and no debris is left.
class FileReplacement {
 public:
  static Result<std::unique_ptr<FileReplacement>> Begin(const std::string& path);
  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;

  // Sees to it that the disk has room for `size` bytes in all.
  Status Allocate(uint64_t size);
  Status Append(Bytes content);
  // Independent of what was appended.
  Status WriteAt(uint64_t offset, Bytes content);
  // fsync, rename, fsync of the directory. The last call.
  Status Commit(mode_t mode, FileOwner owner = FileOwner::kThisProcess,
                Durability durability = Durability::kSynced);

 private:
  FileReplacement(const std::string& path, const std::string& temporary, int fd)
      : path_(path), temporary_(temporary), fd_(fd) {}

  const std::string path_;
  std::string temporary_;  // empty: in place
  const Descriptor fd_;
};

// Replaces `path` by `content`, as FileReplacement does.
Status WriteFileAtomically(const std::string& path, Bytes content, mode_t mode,
                           FileOwner owner = FileOwner::kThisProcess,
                           Durability durability = Durability::kSynced);

// The file name that a temporary file of WriteFileAtomically, left by a process that died, was
// meant for; empty when `name` is no such file's. Neither has a directory part.
std::string_view TargetOfTemporary(std::string_view name);

// Renames `from` over `to` (same directory) and syncs the directory. On failure `from` is removed.
Status RenameIntoPlace(const std::string& from, const std::string& to,
                       Durability durability = Durability::kSynced);

// Sees to it that everything written to the file system of `directory` survives the machine's
// death. For many files at once: the disk is flushed once for all of them.
Status SyncFileSystemOf(const std::string& directory);

// The directory part of `path` ("." when there is none).
std::string DirectoryOf(const std::string& path);

}  // namespace crlite
