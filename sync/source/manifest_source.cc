#include "sync/source/manifest_source.h"

#include "sync/clock.h"
#include "sync/offer/manifest.h"

namespace crlite {

ManifestSource::ManifestSource(const SourceConfig& config, Fetcher* fetcher)
    : name_(SourceSpec(config)), folder_(config.location), fetcher_(fetcher) {
  if (!folder_.ends_with('/')) folder_ += '/';
}

Result<Offer> ManifestSource::GetOffer() {
  const std::string url = folder_ + "manifest.json";
  Result<std::vector<uint8_t>> text = fetcher_->Get(url, kMaxOfferTextSize);
  if (!text.ok()) return text.error();
  Result<Offer> offer =
      ParseManifest({reinterpret_cast<const char*>(text->data()), text->size()}, NowMs());
  if (!offer.ok()) return Error{ErrorCode::kUnavailable, offer.error().In(url).message};
  offer->source = name_;
  return offer;
}

Result<std::vector<uint8_t>> ManifestSource::Read(const OfferedFile& file) {
  // One byte more than promised is already too much.
  Result<std::vector<uint8_t>> content = fetcher_->Get(folder_ + file.name, file.size);
  if (!content.ok()) return content.error();
  if (Status checked = CheckContent(file, *content); !checked.ok()) {
    return Error{ErrorCode::kUnavailable, folder_ + checked.error().message};
  }
  return content;
}

}  // namespace crlite
