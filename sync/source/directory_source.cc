#include "sync/source/directory_source.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cascade/base/file.h"
#include "sync/clock.h"
#include "sync/offer/manifest.h"

namespace crlite {
namespace {

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

bool IsDelta(const std::string& name) { return name.find("delta") != std::string::npos; }

bool IsFilterName(const std::string& name) {
  if (name.front() == '.') return false;
  return name.ends_with(".filter") || name.ends_with("-filter") || name.ends_with(".delta") ||
         name.find(".filter.") != std::string::npos;
}

Error Unavailable(const Error& error) { return {ErrorCode::kUnavailable, error.message}; }

// Names of the filters in `folder`, in chain order.
Result<std::vector<std::string>> FilterNames(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (IsFilterName(name) && entry->is_regular_file(error)) names.push_back(name);
  }
  if (error) {
    const Error listing = IoError(folder, "cannot list", error.value());
    return Error{listing.code, listing.message + "; name a folder that this user can read"};
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return IsDelta(a) != IsDelta(b) ? IsDelta(b) : a < b;
  });
  return names;
}

// Before anything is read: a folder may hold anything.
Status CheckTotalSize(const std::string& folder, const std::vector<std::string>& names) {
  uint64_t total = 0;
  for (const std::string& name : names) {
    const std::string path = folder + "/" + name;
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return IoError(path, "cannot stat", errno);
    const uint64_t size = static_cast<uint64_t>(status.st_size);
    if (size > kMaxOfferSize - total) {
      return MalformedError(fmt::format("{}: more than the {} bytes together that are accepted",
                                        folder, kMaxOfferSize));
    }
    total += size;
  }
  return Status::Ok();
}

uint64_t ModificationTimeMs(const struct stat& status) {
  if (status.st_mtim.tv_sec < 0) return 0;
  return static_cast<uint64_t>(status.st_mtim.tv_sec) * 1000 +
         static_cast<uint64_t>(status.st_mtim.tv_nsec) / 1000000;
}

// Describes one file and moves *newest_ms up to its time.
Result<OfferedFile> DescribeFile(const std::string& folder, const std::string& name,
                                 uint64_t* newest_ms) {
  const std::string path = folder + "/" + name;
  if (!IsFileName(name)) {
    return MalformedError(path +
                          ": name too long or with other characters than letters, digits, "
                          "'.', '_' and '-', wanted 1 to 32 of them; rename it");
  }
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return IoError(path, "cannot stat", errno);
  Result<std::vector<uint8_t>> content = ReadFile(path, kMaxFilterFileSize);
  if (!content.ok()) return content.error();
  *newest_ms = std::max(*newest_ms, ModificationTimeMs(status));
  return OfferedFile{name, content->size(), Sha256::Hash(*content)};
}

}  // namespace

DirectorySource::DirectorySource(const SourceConfig& config)
    : name_(SourceSpec(config)), folder_(config.location) {
  if (!Exists(folder_ + "/manifest.json") && Exists(folder_ + "/revocation/manifest.json")) {
    folder_ += "/revocation";
  }
}

Result<Offer> DirectorySource::GetOffer() {
  const std::string manifest = folder_ + "/manifest.json";
  Result<Offer> offer = Exists(manifest) ? ReadManifestFile(manifest) : ListFilters();
  if (!offer.ok()) return Unavailable(offer.error());
  offer->source = name_;
  return offer;
}

Result<Offer> DirectorySource::ReadManifestFile(const std::string& path) {
  Result<std::vector<uint8_t>> text = ReadFile(path, kMaxOfferTextSize);
  if (!text.ok()) return text.error();
  Result<Offer> offer =
      ParseManifest({reinterpret_cast<const char*>(text->data()), text->size()}, NowMs());
  if (!offer.ok()) return offer.error().In(path);
  return offer;
}

Result<Offer> DirectorySource::ListFilters() {
  Result<std::vector<std::string>> names = FilterNames(folder_);
  if (!names.ok()) return names.error();
  if (names->empty()) {
    return MalformedError(folder_ +
                          ": neither a manifest.json nor a filter (*.filter, *.delta, "
                          "*.filter.*, *-filter) in it");
  }
  if (names->size() > kMaxOfferedFiles) {
    return MalformedError(fmt::format("{}: {} filters, at most {} are accepted", folder_,
                                      names->size(), kMaxOfferedFiles));
  }
  if (Status checked = CheckTotalSize(folder_, *names); !checked.ok()) return checked.error();
  Offer offer;
  for (const std::string& name : *names) {
    Result<OfferedFile> file = DescribeFile(folder_, name, &offer.data_time_ms);
    if (!file.ok()) return file.error();
    offer.files.push_back(std::move(*file));
  }
  const uint64_t now_ms = NowMs();
  if (Status time = CheckNotInFuture(offer.data_time_ms, now_ms); !time.ok()) {
    return time.error().In(folder_);
  }
  offer.data_time_ms = RecordedTimeMs(offer.data_time_ms, now_ms);
  return offer;
}

Result<std::vector<uint8_t>> DirectorySource::Read(const OfferedFile& file) {
  Result<std::vector<uint8_t>> content = ReadFile(folder_ + "/" + file.name, kMaxFilterFileSize);
  if (!content.ok()) return Unavailable(content.error());
  if (Status checked = CheckContent(file, *content); !checked.ok()) {
    return Unavailable(checked.error().In(folder_));
  }
  return content;
}

}  // namespace crlite
