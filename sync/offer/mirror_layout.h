// The names in a published tree, which crlite-mirror writes and the sources read
// (docs/formats.md, "Mirror").
#pragma once

#include <string>
#include <string_view>

#include "sync/offer/offer.h"

namespace crlite {

inline constexpr char kManifestName[] = "manifest.json";    // as upki has it
inline constexpr char kChangesetName[] = "changeset.json";  // Proof::changeset

// Where Proof::chain lies: "chains/<SHA-256 of the x5u text, in hexadecimal>.pem". A name for each
// key, so that a client that still holds the old changeset finds the old chain.
std::string ChainName(std::string_view x5u);

// Where the patch lies that turns `from` into `to`: "patches/<hash of to>-from-<hash of from>.zst".
std::string PatchName(const OfferedFile& from, const OfferedFile& to);

}  // namespace crlite
