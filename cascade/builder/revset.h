// The revocations behind a filter, kept for the next delta (docs/formats.md, "Deltas and revset").
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/builder/serial_set.h"
#include "cascade/reader/query.h"

namespace crlite {

// Issuer -> its revoked serials.
using Revset = std::map<IssuerSpkiHash, SerialSet>;

// u64 LE count, then count x { u64 LE length, issuer hash (32) || serial }. Readers take any order;
// a set that names something twice, or has bytes left over, is refused.
Result<Revset> ParseRevset(Bytes content);
// The same from disk; errors name `path`.
Result<Revset> ReadRevset(const std::string& path);

// The same layout, sorted by issuer and serial.
std::vector<uint8_t> EncodeRevset(const Revset& revset);

}  // namespace crlite
