#include "sync/store/filter_store.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <set>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "sync/store/offer_file.h"

namespace crlite {
namespace {

constexpr mode_t kPublicFile = 0644;
constexpr mode_t kPublicDirectory = 0755;
constexpr char kOfferName[] = "offer.json";
constexpr char kCurrentName[] = "current.json";
constexpr char kPartSuffix[] = ".part";
constexpr char kPatchSuffix[] = ".patch";
constexpr char kFetchAgain[] = "run crlite-sync to fetch it again";

// Whoever owns the folder may have put a name of someone else's file there: nothing of what is
// not the wanted content may be told, not even its size.
Error OtherBytes(const std::string& folder, const std::string& name) {
  return MalformedError(
      fmt::format("{}: {}: other bytes than were offered; {}", folder, name, kFetchAgain));
}

Result<std::string> ReadDocument(const std::string& folder, const OfferedFile& file) {
  const Result<std::vector<uint8_t>> content =
      ReadFile(folder + "/" + file.HashText(), file.size, Links::kRefuse);
  if (!content.ok() && content.error().code == ErrorCode::kIo) return content.error();
  if (!content.ok() || !CheckContent(file, *content).ok()) return OtherBytes(folder, file.name);
  return std::string(content->begin(), content->end());
}

Result<Proof> ReadProof(const std::string& folder, const ProofFiles& files) {
  Result<std::string> changeset = ReadDocument(folder, files.changeset);
  if (!changeset.ok()) return changeset.error();
  Result<std::string> chain = ReadDocument(folder, files.chain);
  if (!chain.ok()) return chain.error();
  return Proof{std::move(*changeset), std::move(*chain)};
}

Result<std::optional<Offer>> ReadList(const std::string& path) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0 && errno == ENOENT) return std::optional<Offer>();
  Result<std::vector<uint8_t>> text = ReadFile(path, kMaxOfferTextSize, Links::kRefuse);
  if (!text.ok() && text.error().code == ErrorCode::kMalformed) {
    return MalformedError(
        fmt::format("{}: more than the {} bytes that are accepted", path, kMaxOfferTextSize));
  }
  if (!text.ok()) return text.error();
  Result<StoredOffer> stored =
      OfferFromText({reinterpret_cast<const char*>(text->data()), text->size()});
  if (!stored.ok()) return stored.error().In(path);
  if (stored->proof_files.has_value()) {
    Result<Proof> proof = ReadProof(DirectoryOf(path), *stored->proof_files);
    if (!proof.ok())
      return MalformedError(fmt::format("{}: proof: {}", path, proof.error().message));
    stored->offer.proof = std::move(*proof);
  }
  return std::optional<Offer>(std::move(stored->offer));
}

Status WriteFile(const std::string& path, Bytes content, FileOwner owner,
                 Durability durability = Durability::kSynced) {
  if (Status made = MakeDirectory(DirectoryOf(path)); !made.ok()) return made;
  return WriteFileAtomically(path, content, kPublicFile, owner, durability);
}

Bytes View(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// The proof's documents come first: a list never names what is not there.
Status WriteList(const std::string& path, const Offer& offer, FileOwner owner) {
  const std::string text = OfferToText(offer);
  if (Result<StoredOffer> readable = OfferFromText(text); !readable.ok()) {
    return readable.error().In(path);
  }
  if (offer.proof.has_value()) {
    const ProofFiles files = DescribeProof(*offer.proof);
    const std::string folder = DirectoryOf(path) + "/";
    for (const auto& [file, document] : {std::pair(&files.changeset, &offer.proof->changeset),
                                         std::pair(&files.chain, &offer.proof->chain)}) {
      const std::string target = folder + file->HashText();
      if (ReadDocument(DirectoryOf(path), *file).ok()) continue;
      if (Status written = WriteFile(target, View(*document), owner); !written.ok()) return written;
    }
  }
  return WriteFile(path, View(text), owner);
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
  for (const char* gathered : {kPartSuffix, kPatchSuffix}) {
    if (name.ends_with(gathered)) name.remove_suffix(strlen(gathered));
  }
  return name.size() == 2 * sizeof(Sha256Digest) &&
         name.find_first_not_of(kHexDigits) == std::string_view::npos;
}

bool IsOwnOrTemporaryName(std::string_view name) {
  const std::string_view target = TargetOfTemporary(name);
  return IsOwnName(name) || IsOwnName(target) || target == "last-fetch.json";
}

void AddNames(const Offer& offer, std::set<std::string>* names) {
  for (const OfferedFile& file : offer.files) names->insert(file.HashText());
  if (!offer.proof.has_value()) return;
  const ProofFiles proof = DescribeProof(*offer.proof);
  names->insert({proof.changeset.HashText(), proof.chain.HashText()});
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
  for (const char* ours :
       {"snapshot.new", "generation", "provisioned", "floors.json", "last-publish.json"}) {
    if (target == ours) return true;
  }
  return false;
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
  return OtherBytes(paths_.incoming, file.name);
}

Result<std::vector<uint8_t>> FilterStore::ReadInForce(const OfferedFile& file) const {
  Result<std::vector<uint8_t>> content = ReadChecked(paths_.filters, file);
  if (content.ok()) return content;
  return MalformedError(fmt::format("{}; {}", content.error().message, kFetchAgain));
}

bool FilterStore::IsInForce(const OfferedFile& file) const { return ReadInForce(file).ok(); }

std::string FilterStore::PartPath(const OfferedFile& file) const {
  return paths_.incoming + "/" + file.HashText() + kPartSuffix;
}

std::string FilterStore::PatchPath(const OfferedFile& file) const {
  return paths_.incoming + "/" + file.HashText() + kPatchSuffix;
}

Status FilterStore::AcceptPart(const OfferedFile& file) {
  const std::string part = PartPath(file);
  const Result<std::vector<uint8_t>> content = ReadFile(part, kMaxFilterFileSize, Links::kRefuse);
  if (!content.ok()) return content.error();
  if (Status checked = CheckContent(file, *content); !checked.ok()) {
    unlink(part.c_str());
    return checked;
  }
  const Descriptor fd(open(part.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return IoError(part, "cannot sync", errno);
  return RenameIntoPlace(part, paths_.incoming + "/" + file.HashText());
}

Status FilterStore::PutIncoming(const OfferedFile& file, Bytes content) {
  Status written =
      WriteFile(paths_.incoming + "/" + file.HashText(), content, FileOwner::kOwnerOfDirectory);
  if (written.ok()) unlink(PartPath(file).c_str());
  return written;
}

Status FilterStore::PutInForce(const OfferedFile& file, Bytes content) {
  return WriteFile(paths_.filters + "/" + file.HashText(), content, FileOwner::kThisProcess,
                   Durability::kLater);
}

Status FilterStore::SyncInForce() { return SyncFileSystemOf(paths_.filters); }

void FilterStore::PruneIncoming(const std::vector<const Offer*>& keep) {
  std::set<std::string> names = {kOfferName};
  for (const Offer* offer : keep) {
    AddNames(*offer, &names);
    for (const OfferedFile& file : offer->files) {
      names.insert(file.HashText() + kPartSuffix);
    }
  }
  Prune(paths_.incoming, names);
}

void FilterStore::PruneInForce(const Offer& keep) {
  std::set<std::string> names = {kCurrentName};
  AddNames(keep, &names);
  Prune(paths_.filters, names);
}

void FilterStore::DropIncoming(const Offer& offer) {
  for (const OfferedFile& file : offer.files) {
    unlink((paths_.incoming + "/" + file.HashText()).c_str());
  }
}

void FilterStore::DropPublished(const Offer& offer) {
  for (const OfferedFile& file : offer.files) {
    const std::string path = paths_.incoming + "/" + file.HashText();
    if (access(path.c_str(), F_OK) == 0 && IsInForce(file)) unlink(path.c_str());
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
