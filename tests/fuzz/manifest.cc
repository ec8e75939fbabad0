// manifest.json: what is accepted can be kept on disk under its names, and survives being written
// as an offer and read back.
#include "sync/offer/manifest.h"

#include "sync/store/offer_file.h"
#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

// From docs/formats.md, "Manifest", in place of IsFileName.
bool IsSafeName(const std::string& name) {
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= 32 && name != "." && name != ".." &&
         name.find_first_not_of(letters) == std::string::npos;
}

void CheckRoundTrip(const Offer& offer) {
  const std::string written = OfferToText(offer);
  const Result<StoredOffer> again = OfferFromText(written);
  CRLITE_PROPERTY(again.ok(), again.ok() ? "" : again.error().message);
  CRLITE_PROPERTY(SameFiles(offer, again->offer), written);
  CRLITE_PROPERTY(offer.data_time_ms == again->offer.data_time_ms, written);
  CRLITE_PROPERTY(offer.source == again->offer.source, written);
  CRLITE_PROPERTY(offer.validator.etag == again->offer.validator.etag, written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint64_t kNow = 1'800'000'000'000;
  const std::string text(data, data + size);
  const Result<Offer> offer = ParseManifest(text, kNow);
  CRLITE_PROPERTY(offer.ok() || !offer.error().message.empty(), "refused without a word");
  if (offer.ok()) {
    CRLITE_PROPERTY(!offer->files.empty() && offer->files.size() <= kMaxOfferedFiles, "count");
    CRLITE_PROPERTY(TotalSize(*offer) <= kMaxOfferSize, std::to_string(TotalSize(*offer)));
    CRLITE_PROPERTY(offer->data_time_ms <= kNow + 86'400'000, "from the future");
    for (const OfferedFile& file : offer->files) CRLITE_PROPERTY(IsSafeName(file.name), file.name);
  }
  // The same form comes back from the state directory, where it may have been damaged.
  Result<StoredOffer> stored = OfferFromText(text);
  if (offer.ok()) CheckRoundTrip(*offer);
  if (stored.ok()) CheckRoundTrip(stored->offer);
  return 0;
}
