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
#include "sync/offer/mirror_layout.h"
#include "sync/source/bring_files.h"
#include "sync/source/signed_offer.h"

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
Result<OfferedFile> DescribeFilter(const std::string& folder, const std::string& name,
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

Result<std::string> ReadText(const std::string& path, uint64_t max_size) {
  const Result<std::vector<uint8_t>> content = ReadFile(path, max_size);
  if (!content.ok()) return Unavailable(content.error());
  return std::string(content->begin(), content->end());
}

Result<Offer> ReadManifestFile(const std::string& path) {
  const Result<std::string> text = ReadText(path, kMaxOfferTextSize);
  if (!text.ok()) return text.error();
  Result<Offer> offer = ParseManifest(*text, NowMs());
  if (!offer.ok()) return offer.error().In(path);
  return offer;
}

Result<Offer> ListFilters(const std::string& folder) {
  Result<std::vector<std::string>> names = FilterNames(folder);
  if (!names.ok()) return names.error();
  if (names->empty()) {
    return MalformedError(folder +
                          ": neither a manifest.json nor a filter (*.filter, *.delta, "
                          "*.filter.*, *-filter) in it");
  }
  if (names->size() > kMaxOfferedFiles) {
    return MalformedError(fmt::format("{}: {} filters, at most {} are accepted", folder,
                                      names->size(), kMaxOfferedFiles));
  }
  if (Status checked = CheckTotalSize(folder, *names); !checked.ok()) return checked.error();
  Offer offer;
  for (const std::string& name : *names) {
    Result<OfferedFile> file = DescribeFilter(folder, name, &offer.data_time_ms);
    if (!file.ok()) return file.error();
    offer.files.push_back(std::move(*file));
  }
  const uint64_t now_ms = NowMs();
  if (Status time = CheckNotInFuture(offer.data_time_ms, now_ms); !time.ok()) {
    return time.error().In(folder);
  }
  offer.data_time_ms = RecordedTimeMs(offer.data_time_ms, now_ms);
  return offer;
}

// The folder itself, or the one in it that upki keeps its data in.
std::string DataFolder(const std::string& folder) {
  for (const char* list : {kChangesetName, kManifestName}) {
    if (Exists(folder + "/" + list)) return folder;
  }
  const std::string inner = folder + "/" + kUpkiFolder;
  const bool is_inner = Exists(inner + "/" + kChangesetName) || Exists(inner + "/" + kManifestName);
  return is_inner ? inner : folder;
}

}  // namespace

DirectorySource::DirectorySource(const SourceConfig& config)
    : name_(SourceSpec(config)),
      folder_(DataFolder(config.location)),
      require_signature_(config.require_signature),
      trust_(TrustOf(config)) {}

Result<Offer> DirectorySource::GetOffer(const Offer* held) {
  const bool is_signed = Exists(folder_ + "/" + kChangesetName);
  if (!is_signed && require_signature_) {
    const Result<std::vector<std::string>> names = FilterNames(folder_);
    return names.ok() ? NotSignedError(name_) : Unavailable(names.error());
  }
  Result<Offer> offer = is_signed ? ReadSigned(held) : ReadUnsigned();
  if (!offer.ok()) return Unavailable(offer.error());
  offer->source = name_;
  return offer;
}

Result<Offer> DirectorySource::ReadSigned(const Offer* held) {
  const std::string path = folder_ + "/" + kChangesetName;
  Result<std::string> changeset = ReadText(path, kMaxChangesetSize);
  if (!changeset.ok()) return changeset.error();
  const auto get_chain = [this](const std::string& x5u) {
    return ReadText(folder_ + "/" + ChainName(x5u), kMaxChainSize);
  };
  Result<Offer> made =
      ProveChangeset(std::move(*changeset), path, held, trust_, NowMs(), get_chain);
  if (!made.ok()) return made.error();
  return std::move(*made);
}

Result<Offer> DirectorySource::ReadUnsigned() {
  const std::string manifest = folder_ + "/" + kManifestName;
  return Exists(manifest) ? ReadManifestFile(manifest) : ListFilters(folder_);
}

Status DirectorySource::Bring(const Offer& offer, const std::vector<size_t>& missing,
                              FilterStore* store) {
  const auto read = [this](const OfferedFile& file) {
    return ReadFile(folder_ + "/" + file.name, kMaxFilterFileSize);
  };
  return CopyFiles(offer, missing, folder_, read, store);
}

}  // namespace crlite
