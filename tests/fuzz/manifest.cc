// manifest.json: what is accepted can be kept on disk under its names, and survives being written
// as an offer and read back.
#include "sync/offer/manifest.h"

#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

// From docs/formats.md, "Manifest", in place of IsFileName.
bool IsSafeName(const std::string& name) {
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= 32 && name != "." && name != ".." &&
         name.find_first_not_of(letters) == std::string::npos;
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
  for (const Result<Offer>& accepted : {offer, OfferFromText(text)}) {
    if (!accepted.ok()) continue;
    const std::string written = OfferToText(*accepted);
    const Result<Offer> again = OfferFromText(written);
    CRLITE_PROPERTY(again.ok(), again.ok() ? "" : again.error().message);
    CRLITE_PROPERTY(SameFiles(*accepted, *again), written);
    CRLITE_PROPERTY(accepted->data_time_ms == again->data_time_ms, written);
    CRLITE_PROPERTY(accepted->source == again->source, written);
  }
  return 0;
}
