// manifest.json of a mirror or a upki cache (docs/formats.md, "Manifest").
#pragma once

#include <string>
#include <string_view>

#include "cascade/base/result.h"
#include "sync/offer/offer.h"

namespace crlite {

// Hostile bytes in, an offer without a source out. `now_ms`: the clock, against which its time is
// judged. Unknown fields are ignored; `filters` is accepted in place of `files`.
Result<Offer> ParseManifest(std::string_view text, uint64_t now_ms);

// What upki's clients read. They verify nothing of Mozilla's: the names, sizes and hashes alone.
// Its time is the data's own, so that the same data gives the same bytes whenever it is written.
std::string ManifestText(const Offer& offer, const std::string& comment);

}  // namespace crlite
