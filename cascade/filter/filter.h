// A filter file in memory: what every kind of filter can be asked.
//
// docs/formats.md. Kinds: clubcard v3 and v4 (clubcard.h), Bloom cascades v0 to v2
// (bloom_cascade.h), and the stash that went with them (stash.h).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/query.h"

namespace crlite {

// What one filter says about one query (docs/formats.md, "Status of one filter").
enum class FilterStatus { kNotCovered, kNotEnrolled, kGood, kRevoked };

// The same as an outcome of a check.
Outcome OutcomeOf(FilterStatus status);

// What `crlite filter` shows. Counts are 0 where a kind of filter has no such thing.
struct FilterDescription {
  std::string kind;  // "clubcard v3", "Bloom cascade v2", "stash"
  size_t file_size = 0;
  struct Coverage {
    LogId log;
    uint64_t low_ms, high_ms;  // inclusive
  };
  std::vector<Coverage> coverage;  // ascending by log
  struct Issuer {
    IssuerSpkiHash hash;
    uint64_t approx_m = 0, exact_m = 0;  // positions (stash: serials in exact_m)
    unsigned rank = 0;
    bool inverted = false;
    size_t exceptions = 0;
  };
  std::vector<Issuer> issuers;       // ascending by hash
  std::vector<size_t> column_words;  // clubcard: 64-bit words of each approximate column
  size_t exact_words = 0;
  struct Layer {
    unsigned hash_algorithm;  // 1 Murmur3, 2 SHA-256, 3 SHA-256 counter mode
    uint64_t bits;
    uint32_t num_hashes;
  };
  std::vector<Layer> layers;  // Bloom cascade
  bool cascade_inverted = false;
};

// Immutable once made; safe to ask from any number of threads.
class Filter {
 public:
  virtual ~Filter() = default;
  virtual FilterStatus Ask(const Query& query) const = 0;
  // Whether the filter speaks about certificates with this SCT. Kinds that carry no coverage answer
  // without looking at SCTs, and cover none.
  virtual bool Covers(const Sct&) const { return false; }
  virtual FilterDescription Describe() const = 0;
};

// Reads a filter of any kind. A file whose name ends in ".stash" is a stash (its layout has no
// version field); every other one is known by its first two bytes. `name` is used for that and in
// messages: "<name>: <part>: <field> <value> at offset <n>, <what is wanted>".
Result<std::unique_ptr<Filter>> ReadFilter(std::string_view name, Bytes content);

// The same from disk, at most kMaxFilterFileSize bytes.
Result<std::unique_ptr<Filter>> ReadFilterFile(const std::string& path);

}  // namespace crlite
