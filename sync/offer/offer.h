// What a source has to give: an ordered list of files, each with its size and hash.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/sha256.h"
#include "sync/offer/proof.h"

namespace crlite {

// The snapshot holds 512 filters, one of which is its own self-test.
inline constexpr size_t kMaxOfferedFiles = 511;
inline constexpr uint64_t kMaxOfferSize = uint64_t{256} << 20;  // bytes of all files together
inline constexpr uint64_t kMaxOfferTextSize = 1 << 20;          // of manifest.json and its like

struct OfferedFile {
  std::string name;  // [A-Za-z0-9._-]{1,32}, neither "." nor ".."
  uint64_t size = 0;
  Sha256Digest hash{};

  // The name under which the state directory keeps it.
  std::string HashText() const;
};

OfferedFile DescribeFile(std::string name, Bytes content);

// What a server said of the version of a document: sent with the next request, it saves the answer.
struct Validator {
  std::string url, etag, last_modified;  // empty: unknown
};

struct Offer {
  std::string source;         // SourceSpec
  uint64_t data_time_ms = 0;  // the data's own age, since the epoch; signed if `proof` is there
  std::vector<OfferedFile> files;  // the full filter first, then its deltas in chain order
  std::optional<Proof> proof;      // of time and files; nullopt: nobody signed them
  Validator validator;             // of the document that all this was read from
};

bool SameFiles(const Offer& a, const Offer& b);
uint64_t TotalSize(const Offer& offer);

// Whether the file can be kept and named in a snapshot.
bool IsFileName(std::string_view name);

// { "filename", "size", "hash" }: the form that manifest.json and offer.json share
// (docs/formats.md, "Manifest"). Unknown fields are ignored.
nlohmann::json FileToJson(const OfferedFile& file);
Result<OfferedFile> ParseFile(const nlohmann::json& entry);
// A list of them, within the limits above and with no name twice.
Result<std::vector<OfferedFile>> ParseFiles(const nlohmann::json& list);

// "<name> lies in the future" for a time more than a day after `now_ms`: it would never grow stale.
Status CheckNotInFuture(uint64_t data_time_ms, uint64_t now_ms);

// The time to record for data that says it is of `data_time_ms`: not later than now, so that a
// clock that runs ahead at one source does not make all others look older.
uint64_t RecordedTimeMs(uint64_t data_time_ms, uint64_t now_ms);

}  // namespace crlite
