#include "cascade/snapshot/generation_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>

#include "cascade/base/file.h"
#include "cascade/reader/state_files.h"
#include "cascade/snapshot/state_directory.h"

namespace crlite {

namespace ipc = boost::interprocess;

namespace {

constexpr mode_t kPublicFile = 0644;

// Sets the mode of our own file back. Others' are left alone: who owned it may still write to it.
void MendMode(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  struct stat status;
  // Whether it helped is for CheckTrusted to see.
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid()) {
    (void)!fchmod(fd, kPublicFile);
  }
  close(fd);
}

// Makes sure that the generation file is there and whole. It is renamed over only if nobody can
// have believed it: readers keep it mapped.
Status PrepareGenerationFile(const std::string& path) {
  if (AnnouncedGeneration(path).has_value()) {
    if (!CheckTrusted(path).ok()) MendMode(path);
    if (CheckTrusted(path).ok()) return Status::Ok();
  }
  std::vector<uint8_t> content(kGenerationFileSize);
  memcpy(content.data(), kGenerationMagic, sizeof kGenerationMagic);
  return WriteFileAtomically(path, content, kPublicFile);
}

}  // namespace

std::optional<uint64_t> AnnouncedGeneration(const std::string& path) {
  const Result<std::vector<uint8_t>> content = ReadFile(path, kGenerationFileSize, Links::kRefuse);
  if (!content.ok() || content->size() != kGenerationFileSize ||
      memcmp(content->data(), kGenerationMagic, sizeof kGenerationMagic) != 0) {
    return std::nullopt;
  }
  return LoadLe64(content->data() + kGenerationWordAt);
}

Status AnnounceGeneration(const std::string& path, uint64_t generation) {
  if (Status prepared = PrepareGenerationFile(path); !prepared.ok()) return prepared;
  try {
    const ipc::file_mapping file(path.c_str(), ipc::read_write);
    ipc::mapped_region region(file, ipc::read_write, 0, kGenerationFileSize);
    auto* word = reinterpret_cast<uint64_t*>(static_cast<uint8_t*>(region.get_address()) +
                                             kGenerationWordAt);
    std::atomic_ref<uint64_t>(*word).store(generation, std::memory_order_release);
    region.flush();
  } catch (const ipc::interprocess_exception& e) {
    return IoError(path, "cannot change the generation word",
                   static_cast<int>(e.get_native_error()));
  }
  return Status::Ok();
}

}  // namespace crlite
