// The names in a published tree, which crlite-mirror writes and the sources read, and in a upki
// cache (docs/formats.md, "Mirror" and "upki cache").
#pragma once

#include <string>
#include <string_view>

#include "sync/offer/offer.h"

namespace crlite {

inline constexpr char kUpkiFolder[] = "revocation";         // in upki's cache directory
inline constexpr char kManifestName[] = "manifest.json";    // as upki has it
inline constexpr char kChangesetName[] = "changeset.json";  // Proof::changeset

// Whether filters have such names: *.filter, *-filter, *.delta. Others are never deleted.
bool IsPublishedFilter(std::string_view name);

// Where Proof::chain lies: "chains/<SHA-256 of the x5u text, in hexadecimal>.pem". A name for each
// key, so that a client that still holds the old changeset finds the old chain.
std::string ChainName(std::string_view x5u);

// Where the patch lies that turns `from` into `to`: "patches/<hash of to>-from-<hash of from>.zst".
std::string PatchName(const OfferedFile& from, const OfferedFile& to);

}  // namespace crlite
