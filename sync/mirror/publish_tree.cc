#include "sync/mirror/publish_tree.h"

#include <algorithm>
#include <optional>
#include <set>

#include "cascade/base/file.h"
#include "sync/mirror/superseded.h"
#include "sync/offer/manifest.h"
#include "sync/offer/mirror_layout.h"
#include "sync/source/patch.h"
#include "sync/store/public_file.h"
#include "sync/trust/changeset.h"

namespace crlite {
namespace {

Bytes View(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A signed list may name a filter as it likes: not like the lists, nor like what a web server hides
// or takes orders from, nor like a temporary file.
Status CheckName(const std::string& name) {
  if (name.front() != '.' && name != kManifestName && name != kChangesetName &&
      name != DirectoryOf(ChainName("")) && name != DirectoryOf(PatchName({}, {})) &&
      TargetOfTemporary(name).empty()) {
    return Status::Ok();
  }
  return MalformedError(name + ": a published tree has no filters of such a name");
}

// One publication.
class Publication {
 public:
  Publication(const Offer& offer, const FilterStore& store, const TreeOptions& options)
      : offer_(offer), store_(store), options_(options) {}

  Result<TreeChange> Run(uint64_t now_ms) {
    Status published = CheckNames();
    if (published.ok()) published = PutFiles();
    if (published.ok()) published = PutChains();
    if (published.ok()) published = PutList(kChangesetName, offer_.proof->changeset);
    if (published.ok()) published = PutList(kManifestName, ManifestText(offer_, options_.comment));
    if (!published.ok()) return published.error();
    Result<size_t> removed =
        RemoveSuperseded(options_.folder, options_.record, current_, options_.keep, now_ms);
    if (!removed.ok()) return removed.error();
    change_.removed = *removed;
    return change_;
  }

 private:
  std::string PathOf(const std::string& name) const { return options_.folder + "/" + name; }

  Status CheckNames() const {
    for (const OfferedFile& file : offer_.files) {
      if (Status checked = CheckName(file.name); !checked.ok()) return checked;
    }
    return Status::Ok();
  }

  Status PutFiles() {
    std::vector<uint8_t> before;  // the content of the file before
    for (size_t i = 0; i < offer_.files.size(); ++i) {
      const OfferedFile& file = offer_.files[i];
      Result<std::vector<uint8_t>> content = store_.Read(file);
      if (!content.ok()) return content.error();
      Result<bool> written = Put(file.name, *content);
      if (!written.ok()) return written.error();
      if (*written) ++change_.files;
      if (i > 0) {
        Status patched = PutPatch(offer_.files[i - 1], before, file, *content);
        if (!patched.ok()) return patched;
      }
      before = std::move(content).value();
    }
    return Status::Ok();
  }

  // Clients do without a patch that would save nothing.
  Status PutPatch(const OfferedFile& from, Bytes dictionary, const OfferedFile& to, Bytes content) {
    const std::string name = PatchName(from, to);
    if (IsGoodPatch(PathOf(name), dictionary, to)) {
      current_.insert(name);
      return Status::Ok();
    }
    Result<std::vector<uint8_t>> patch = MakePatch(dictionary, content);
    if (!patch.ok()) return patch.error().In(name);
    if (patch->size() >= to.size) return Status::Ok();
    Result<bool> written = Put(name, *patch);
    if (!written.ok()) return written.error();
    ++change_.patches;
    return Status::Ok();
  }

  // Making a patch is slow, and another version of libzstd would make another one.
  static bool IsGoodPatch(const std::string& path, Bytes dictionary, const OfferedFile& to) {
    const Result<std::vector<uint8_t>> patch = ReadPublicFile(path, to.size);
    if (!patch.ok() || patch->size() >= to.size) return false;
    const Result<std::vector<uint8_t>> content = ApplyPatch(dictionary, *patch, to.size);
    return content.ok() && CheckContent(to, *content).ok();
  }

  // The chain has verified one of the changeset's signatures, no matter which. It is given out for
  // each of them, so that the first request of every client finds it.
  Status PutChains() {
    Result<Changeset> changeset = ParseChangeset(offer_.proof->changeset);
    if (!changeset.ok()) return changeset.error().In(kChangesetName);
    for (const SignatureEntry& entry : changeset->signatures) {
      Result<bool> written = Put(ChainName(entry.x5u), View(offer_.proof->chain));
      if (!written.ok()) return written.error();
    }
    return Status::Ok();
  }

  Status PutList(const std::string& name, const std::string& text) {
    Result<bool> written = Put(name, View(text));
    if (!written.ok()) return written.error();
    change_.is_new |= *written;
    return Status::Ok();
  }

  // Makes the content of `name` current; true if it had to be written.
  Result<bool> Put(const std::string& name, Bytes content) {
    current_.insert(name);
    const std::string path = PathOf(name);
    if (Status made = MakeDirectory(DirectoryOf(path)); !made.ok()) return made.error();
    return PutPublicFile(path, content);
  }

  const Offer& offer_;
  const FilterStore& store_;
  const TreeOptions& options_;
  TreeChange change_;
  std::set<std::string> current_;  // names of all that is published now
};

}  // namespace

Result<TreeChange> PublishTree(const Offer& offer, const FilterStore& store,
                               const TreeOptions& options, uint64_t now_ms) {
  if (!offer.proof.has_value()) {
    return MalformedError(offer.source + ": not signed, and a mirror publishes signed data alone");
  }
  return Publication(offer, store, options).Run(now_ms);
}

}  // namespace crlite
