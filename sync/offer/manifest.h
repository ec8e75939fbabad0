// manifest.json of a mirror or a upki cache (docs/formats.md, "Manifest").
#pragma once

#include <string_view>

#include "cascade/base/result.h"
#include "sync/offer/offer.h"

namespace crlite {

// Hostile bytes in, an offer without a source out. `now_ms`: the clock, against which its time is
// judged. Unknown fields are ignored; `filters` is accepted in place of `files`.
Result<Offer> ParseManifest(std::string_view text, uint64_t now_ms);

}  // namespace crlite
