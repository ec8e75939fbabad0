// A file as its difference from another one: a zstd frame with that one as its prefix
// (docs/formats.md, "Patches"; RFC 8878).
//
// A delta repeats every issuer's hash that the file before it carries already: with that file at
// hand, about half of its bytes need not travel.
#pragma once

#include <cstdint>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/bytes.h"

namespace crlite {

// Deterministic for one version of libzstd. Slow and small: a mirror makes each patch once.
Result<std::vector<uint8_t>> MakePatch(Bytes dictionary, Bytes content);

// The content, which must have exactly `size` bytes; hostile `patch` bytes cost no more memory than
// that. Says nothing about whether the content is right: its hash does. Errors are kMalformed.
Result<std::vector<uint8_t>> ApplyPatch(Bytes dictionary, Bytes patch, uint64_t size);

}  // namespace crlite
