#include "sync/source/manifest_source.h"

#include "sync/clock.h"
#include "sync/offer/manifest.h"
#include "sync/offer/mirror_layout.h"
#include "sync/source/bring_files.h"
#include "sync/source/signed_offer.h"

namespace crlite {
namespace {

Error Unavailable(const std::string& url, const std::string& what) {
  return {ErrorCode::kUnavailable, url + ": " + what};
}

}  // namespace

ManifestSource::ManifestSource(const SourceConfig& config, Fetcher* fetcher)
    : name_(SourceSpec(config)),
      folder_(config.location),
      require_signature_(config.require_signature),
      trust_(TrustOf(config)),
      fetcher_(fetcher) {
  if (!folder_.ends_with('/')) folder_ += '/';
}

Result<Offer> ManifestSource::GetOffer(const Offer* held) {
  const uint64_t now_ms = NowMs();
  const std::string url = folder_ + kChangesetName;
  // A proof that holds no more (its certificates have expired) is of no use, even if it is the
  // same.
  std::optional<Offer> known = ProveAgain(held, trust_, now_ms);
  Result<Document> changeset =
      fetcher_->Get(url, kMaxChangesetSize, known.has_value() ? known->validator : Validator{});
  if (!changeset.ok()) return changeset.error();
  if (changeset->kind == Document::Kind::kNotModified) return std::move(*known);
  if (changeset->kind == Document::Kind::kMissing) {
    return require_signature_ ? NotSignedError(name_) : GetUnsigned(held);
  }
  const auto get_chain = [this](const std::string& x5u) -> Result<std::string> {
    const std::string chain_url = folder_ + ChainName(x5u);
    Result<Document> chain = fetcher_->Get(chain_url, kMaxChainSize);
    if (!chain.ok()) return chain.error();
    if (chain->kind != Document::Kind::kFound) return Unavailable(chain_url, "not found");
    return std::move(chain->body);
  };
  Result<Offer> made =
      ProveChangeset(std::move(changeset->body), url, held, trust_, now_ms, get_chain);
  if (!made.ok()) return made.error();
  made->source = name_;
  made->validator = std::move(changeset->validator);
  return std::move(*made);
}

Result<Offer> ManifestSource::GetUnsigned(const Offer* held) {
  const std::string url = folder_ + kManifestName;
  const bool has_held = held != nullptr && !held->proof.has_value();
  Result<Document> manifest =
      fetcher_->Get(url, kMaxOfferTextSize, has_held ? held->validator : Validator{});
  if (!manifest.ok()) return manifest.error();
  if (manifest->kind == Document::Kind::kNotModified) return *held;
  if (manifest->kind == Document::Kind::kMissing) {
    return Unavailable(url, "not found; name the folder that has manifest.json in it");
  }
  Result<Offer> offer = ParseManifest(manifest->body, NowMs());
  if (!offer.ok()) return Unavailable(url, offer.error().message);
  offer->source = name_;
  offer->validator = std::move(manifest->validator);
  return offer;
}

Status ManifestSource::Bring(const Offer& offer, const std::vector<size_t>& missing,
                             FilterStore* store) {
  std::vector<RemoteFile> files;
  for (size_t index : missing) {
    RemoteFile file{index, folder_ + offer.files[index].name, ""};
    // Only crlite-mirror makes patches, and it has the proof.
    if (offer.proof.has_value() && index > 0) {
      file.patch_url = folder_ + PatchName(offer.files[index - 1], offer.files[index]);
    }
    files.push_back(std::move(file));
  }
  return DownloadFiles(offer, files, fetcher_, store);
}

}  // namespace crlite
