// What a source has to give: an ordered list of files, each with its size and hash.
//
// It is kept in two places of the state directory, in the same form: incoming/offer.json (fetched,
// not yet in force) and filters/current.json (in force).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/sha256.h"

namespace crlite {

// The snapshot holds 512 filters, one of which is its own self-test.
inline constexpr size_t kMaxOfferedFiles = 511;
inline constexpr uint64_t kMaxOfferSize = uint64_t{256} << 20;  // bytes of all files together
inline constexpr uint64_t kMaxOfferTextSize = 1 << 20;          // of manifest.json or offer.json

struct OfferedFile {
  std::string name;  // [A-Za-z0-9._-]{1,32}, neither "." nor ".."
  uint64_t size = 0;
  Sha256Digest hash{};

  // The name under which the state directory keeps it.
  std::string HashText() const;
};

struct Offer {
  std::string source;              // SourceSpec
  uint64_t data_time_ms = 0;       // the data's own age, since the epoch
  std::vector<OfferedFile> files;  // the full filter first, then its deltas in chain order
};

bool SameFiles(const Offer& a, const Offer& b);
uint64_t TotalSize(const Offer& offer);

// Whether the file can be kept and named in a snapshot.
bool IsFileName(std::string_view name);

// JSON from outside: at most kMaxOfferTextSize bytes, nested at most 16 deep, an object.
Result<nlohmann::json> ParseObject(std::string_view text);

// A list of { "filename", "size", "hash" }: the form that manifest.json and offer.json share
// (docs/formats.md, "Manifest"). Unknown fields are ignored.
Result<std::vector<OfferedFile>> ParseFiles(const nlohmann::json& list);

// An unsigned integer of at most `max`.
Result<uint64_t> ParseCount(const nlohmann::json& object, const char* key, uint64_t max);

// "<name> lies in the future" for a time more than a day after `now_ms`: it would never grow stale.
Status CheckNotInFuture(uint64_t data_time_ms, uint64_t now_ms);

// The time to record for data that says it is of `data_time_ms`: not later than now, so that a
// clock that runs ahead at one source does not make all others look older.
uint64_t RecordedTimeMs(uint64_t data_time_ms, uint64_t now_ms);

std::string OfferToText(const Offer& offer);
Result<Offer> OfferFromText(std::string_view text);

}  // namespace crlite
