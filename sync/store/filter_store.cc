#include "sync/store/filter_store.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"

namespace crlite {
namespace {

constexpr mode_t kPublicFile = 0644;
constexpr mode_t kPublicDirectory = 0755;
constexpr char kOfferName[] = "offer.json";
constexpr char kCurrentName[] = "current.json";
constexpr char kFetchAgain[] = "run crlite-sync to fetch it again";

Result<std::optional<Offer>> ReadList(const std::string& path) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0 && errno == ENOENT) return std::optional<Offer>();
  Result<std::vector<uint8_t>> text = ReadFile(path, kMaxOfferTextSize, Links::kRefuse);
  if (!text.ok() && text.error().code == ErrorCode::kMalformed) {
    return MalformedError(
        fmt::format("{}: more than the {} bytes that are accepted", path, kMaxOfferTextSize));
  }
  if (!text.ok()) return text.error();
  Result<Offer> offer = OfferFromText({reinterpret_cast<const char*>(text->data()), text->size()});
  if (!offer.ok()) return offer.error().In(path);
  return std::optional<Offer>(std::move(*offer));
}

Status WriteFile(const std::string& path, Bytes content, FileOwner owner) {
  if (Status made = MakeDirectory(DirectoryOf(path)); !made.ok()) return made;
  return WriteFileAtomically(path, content, kPublicFile, owner);
}

Status WriteList(const std::string& path, const Offer& offer, FileOwner owner) {
  const std::string text = OfferToText(offer);
  return WriteFile(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, owner);
}

Result<std::vector<uint8_t>> ReadChecked(const std::string& folder, const OfferedFile& file) {
  Result<std::vector<uint8_t>> content =
      ReadFile(folder + "/" + file.HashText(), kMaxFilterFileSize, Links::kRefuse);
  if (!content.ok()) return content.error();
  if (Status checked = CheckContent(file, *content); !checked.ok()) {
    return checked.error().In(folder);
  }
  return content;
}

// Whether `name` is one that a FilterStore gives, or the temporary file beside one. Anything else
// in its folders is somebody else's: a state directory may be named by mistake.
bool IsOwnName(std::string_view name) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  if (name == kOfferName || name == kCurrentName) return true;
  return name.size() == 2 * sizeof(Sha256Digest) &&
         name.find_first_not_of(kHexDigits) == std::string_view::npos;
}

bool IsOwnOrTemporaryName(std::string_view name) {
  return IsOwnName(name) || IsOwnName(TargetOfTemporary(name));
}

// Deletes the files of `folder` that a FilterStore made and that are not in `keep`. What cannot be
// deleted is tried again by the next run.
void Prune(const std::string& folder, const std::set<std::string>& keep) {
  std::error_code error;
  std::vector<std::string> doomed;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (IsOwnOrTemporaryName(name) && keep.count(name) == 0) doomed.push_back(folder + "/" + name);
  }
  for (const std::string& path : doomed) unlink(path.c_str());
}

// A name that InstallSnapshot gives to a file before it renames it.
bool IsTemporary(std::string_view name) {
  if (name == "snapshot.new") return true;
  const std::string_view target = TargetOfTemporary(name);
  return target == "snapshot.new" || target == "generation" || target == "provisioned";
}

}  // namespace

Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), kPublicDirectory) == 0) {
    // The umask of whoever runs us must not hide the data from everybody else.
    if (chmod(path.c_str(), kPublicDirectory) == 0) return Status::Ok();
    return IoError(path, "cannot set the mode", errno);
  }
  if (errno == EEXIST) return Status::Ok();
  const int error_number = errno;
  const Error error = IoError(path, "cannot create the directory", error_number);
  if (error_number != ENOENT) return error;
  return Error{error.code, error.message + "; create the directory above it first"};
}

Status CheckContent(const OfferedFile& file, Bytes content) {
  if (content.size() != file.size) {
    return MalformedError(
        fmt::format("{}: {} bytes, wanted {}", file.name, content.size(), file.size));
  }
  const Sha256Digest hash = Sha256::Hash(content);
  if (!SameBytes(hash.bytes, file.hash.bytes)) {
    return MalformedError(fmt::format("{}: SHA-256 is {}, wanted {}", file.name, ToHex(hash.bytes),
                                      ToHex(file.hash.bytes)));
  }
  return Status::Ok();
}

FilterStore::FilterStore(StatePaths paths)
    : paths_(std::move(paths)),
      offer_(paths_.incoming + "/" + kOfferName),
      current_(paths_.filters + "/" + kCurrentName) {}

Result<std::optional<Offer>> FilterStore::ReadIncoming() const { return ReadList(offer_); }
Result<std::optional<Offer>> FilterStore::ReadCurrent() const { return ReadList(current_); }
Status FilterStore::WriteIncoming(const Offer& offer) {
  return WriteList(offer_, offer, FileOwner::kOwnerOfDirectory);
}
Status FilterStore::WriteCurrent(const Offer& offer) {
  return WriteList(current_, offer, FileOwner::kThisProcess);
}

Result<std::vector<uint8_t>> FilterStore::Read(const OfferedFile& file) const {
  Result<std::vector<uint8_t>> in_force = ReadInForce(file);
  if (in_force.ok()) return in_force;
  Result<std::vector<uint8_t>> incoming = ReadChecked(paths_.incoming, file);
  if (incoming.ok()) return incoming;
  // A file that was never published is missing there by nature: the other one tells more.
  if (access((paths_.filters + "/" + file.HashText()).c_str(), F_OK) == 0) return in_force;
  if (incoming.error().code == ErrorCode::kIo) return incoming.error().In(file.name);
  // Whoever owns the folder may have put a name of someone else's file there: nothing of its
  // content may be told, not even its size.
  return MalformedError(fmt::format("{}: {}: other bytes than were offered; {}", paths_.incoming,
                                    file.name, kFetchAgain));
}

Result<std::vector<uint8_t>> FilterStore::ReadInForce(const OfferedFile& file) const {
  Result<std::vector<uint8_t>> content = ReadChecked(paths_.filters, file);
  if (content.ok()) return content;
  return MalformedError(fmt::format("{}; {}", content.error().message, kFetchAgain));
}

bool FilterStore::IsInForce(const OfferedFile& file) const { return ReadInForce(file).ok(); }

Status FilterStore::PutIncoming(const OfferedFile& file, Bytes content) {
  return WriteFile(paths_.incoming + "/" + file.HashText(), content, FileOwner::kOwnerOfDirectory);
}

Status FilterStore::PutInForce(const OfferedFile& file, Bytes content) {
  return WriteFile(paths_.filters + "/" + file.HashText(), content, FileOwner::kThisProcess);
}

void FilterStore::PruneIncoming(const std::vector<const Offer*>& keep) {
  std::set<std::string> names = {kOfferName};
  for (const Offer* offer : keep) {
    for (const OfferedFile& file : offer->files) names.insert(file.HashText());
  }
  Prune(paths_.incoming, names);
}

void FilterStore::PruneInForce(const Offer& keep) {
  std::set<std::string> names = {kCurrentName};
  for (const OfferedFile& file : keep.files) names.insert(file.HashText());
  Prune(paths_.filters, names);
}

void FilterStore::DropIncoming(const Offer& offer) {
  for (const OfferedFile& file : offer.files) {
    unlink((paths_.incoming + "/" + file.HashText()).c_str());
  }
}

void FilterStore::PruneState() {
  std::error_code error;
  std::vector<std::string> doomed;
  for (std::filesystem::directory_iterator entry(paths_.directory, error), end;
       !error && entry != end; entry.increment(error)) {
    if (IsTemporary(entry->path().filename().string())) doomed.push_back(entry->path().string());
  }
  for (const std::string& path : doomed) unlink(path.c_str());
}

}  // namespace crlite
