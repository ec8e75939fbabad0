#include "sync/upki/upki_cache.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "cascade/base/file.h"
#include "cascade/snapshot/state_directory.h"
#include "sync/offer/manifest.h"
#include "sync/offer/mirror_layout.h"
#include "sync/store/filter_store.h"
#include "sync/store/public_file.h"
#include "sync/upki/upki_index.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

constexpr char kLockName[] = ".crlite-sync.lock";

// Makes it if it is missing.
Status CheckOwnDirectory(const std::string& path, Links links) {
  if (Status made = MakeDirectory(path); !made.ok()) return made;
  struct stat status;
  const int found =
      links == Links::kFollow ? stat(path.c_str(), &status) : lstat(path.c_str(), &status);
  if (found != 0) return IoError(path, "cannot stat", errno);
  if (!S_ISDIR(status.st_mode)) {
    return Error{ErrorCode::kIo, path + ": not a directory; name another one"};
  }
  if (status.st_uid != geteuid()) {
    return Error{ErrorCode::kIo,
                 fmt::format("{}: belongs to user {}, wanted {}, who runs this; run "
                             "it as that user, or name another directory",
                             path, status.st_uid, geteuid())};
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error{ErrorCode::kIo, fmt::format("{0}: mode {1:04o}, others can write there; chmod "
                                             "go-w {0}",
                                             path, status.st_mode & 07777)};
  }
  return Status::Ok();
}

Status CheckName(const std::string& name) {
  if (name.front() != '.' && name != kManifestName && name != kUpkiIndexName &&
      TargetOfTemporary(name).empty()) {
    return Status::Ok();
  }
  return MalformedError(name + ": a upki cache has no filters of such a name");
}

// Those that the manifest or the index in `folder` names: they differ where a run died between the
// two. A damaged one names nothing, as for upki's client.
std::set<std::string> NamesBefore(const std::string& folder) {
  std::set<std::string> names;
  const Result<std::vector<uint8_t>> index =
      ReadFile(folder + "/" + kUpkiIndexName, kMaxOfferTextSize, Links::kRefuse);
  if (index.ok()) names = NamesInUpkiIndex(*index);
  const Result<std::vector<uint8_t>> text =
      ReadFile(folder + "/" + kManifestName, kMaxOfferTextSize, Links::kRefuse);
  if (!text.ok()) return names;
  constexpr uint64_t kAnyTime = UINT64_MAX / 2;  // the age of those names does not matter
  const Result<Offer> before =
      ParseManifest({reinterpret_cast<const char*>(text->data()), text->size()}, kAnyTime);
  if (!before.ok()) return names;
  for (const OfferedFile& file : before->files) names.insert(file.name);
  return names;
}

bool IsOwnTemporary(std::string_view name) {
  const std::string_view target = TargetOfTemporary(name);
  return IsPublishedFilter(target) || target == kManifestName || target == kUpkiIndexName;
}

// Returns how many filters were deleted. What cannot be deleted is tried again by the next run.
Result<size_t> RemoveStale(const std::string& folder, const std::set<std::string>& keep) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return IoError(folder, "cannot list", error.value());
  size_t removed = 0;
  for (const std::string& name : names) {
    const std::string path = folder + "/" + name;
    if (IsOwnTemporary(name)) unlink(path.c_str());
    const bool is_stale = IsPublishedFilter(name) && keep.count(name) == 0;
    if (is_stale && unlink(path.c_str()) == 0) ++removed;
  }
  return removed;
}

Result<CacheChange> Write(const std::string& folder, const Offer& offer,
                          const std::vector<CachedFilter>& filters, const std::string& comment) {
  std::set<std::string> keep = NamesBefore(folder);
  std::vector<IndexedFilter> indexed;
  CacheChange change;
  for (const CachedFilter& filter : filters) {
    const Result<bool> put = PutPublicFile(folder + "/" + filter.file.name, filter.content);
    if (!put.ok()) return put.error();
    if (*put) ++change.written;
    keep.insert(filter.file.name);
    indexed.push_back({filter.file.name, filter.coverage});
  }
  Result<bool> put = PutPublicFile(folder + "/" + kUpkiIndexName, MakeUpkiIndex(indexed));
  if (!put.ok()) return put.error();
  const std::string manifest = ManifestText(offer, comment);
  put = PutPublicFile(folder + "/" + kManifestName,
                      {reinterpret_cast<const uint8_t*>(manifest.data()), manifest.size()});
  if (!put.ok()) return put.error();
  const Result<size_t> removed = RemoveStale(folder, keep);
  if (!removed.ok()) return removed.error();
  change.removed = *removed;
  return change;
}

}  // namespace

Result<CacheChange> WriteUpkiCache(const std::string& folder, const Offer& offer,
                                   const std::vector<CachedFilter>& filters,
                                   const std::string& comment) {
  for (const CachedFilter& filter : filters) {
    if (Status checked = CheckName(filter.file.name); !checked.ok()) return checked.error();
  }
  const std::string inner = folder + "/" + kUpkiFolder;
  // What the administrator names may be a link; what is in it he need not have made.
  if (Status own = CheckOwnDirectory(folder, Links::kFollow); !own.ok()) return own.error();
  if (Status own = CheckOwnDirectory(inner, Links::kRefuse); !own.ok()) return own.error();
  // One of two runs would delete what the other has not listed yet.
  Result<StateLock> lock = StateLock::Acquire(inner + "/" + kLockName);
  if (!lock.ok()) return lock.error();
  return Write(inner, offer, filters, comment);
}

}  // namespace crlite
