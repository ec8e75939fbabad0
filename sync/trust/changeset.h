// What Remote Settings' changeset endpoint answers, parsed and not yet believed
// (docs/formats.md, "Changeset").
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"

namespace crlite {

// More records than any collection of the bucket has had.
inline constexpr size_t kMaxRecords = 10000;

struct SignatureEntry {
  std::string signature;  // base64url
  std::string x5u;        // URL of the chain, possibly relative
};

// NOLINTNEXTLINE(bugprone-exception-escape)  sees throws in nlohmann's moves, which are noexcept
struct Changeset {
  uint64_t timestamp_ms = 0;               // of the collection; part of what is signed
  nlohmann::json records;                  // the list as received, deleted ones left out
  std::vector<SignatureEntry> signatures;  // metadata.signature, then metadata.signatures[];
                                           // those of another mode than p384ecdsa left out
};

// Hostile bytes in: at most kMaxChangesetSize of them and kMaxRecords records, each an object with
// an id of its own; at least one signature. Errors are kMalformed.
Result<Changeset> ParseChangeset(std::string_view text);

// The bytes that a signature of the changeset is about.
Result<std::string> SignedMessage(const Changeset& changeset);

}  // namespace crlite
