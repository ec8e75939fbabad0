// Section kBlobs: the blocks of one issuer over all filters, laid so that what one query needs lies
// together (docs/snapshot-format.md, "Blob").
#pragma once

#include <cstdint>
#include <vector>

#include "cascade/filter/clubcard.h"

namespace crlite {

// Plans the blob of one issuer, then writes it. The clubcards must outlive the plan.
class IssuerBlobPlan {
 public:
  explicit IssuerBlobPlan(size_t mask_words);

  // Adds the issuer's block in filter `filter`, at most one for each filter.
  void Add(size_t filter, const Clubcard& clubcard, const ClubcardBlock& block);

  // Decides the order; to be called once, after the last Add. Returns the blob's size in bytes, a
  // multiple of 8; a blob of 4 GiB or more cannot be written.
  uint64_t Finish();

  // Writes the blob into `out`, Finish() bytes that are all 0.
  void Write(std::span<uint8_t> out) const;

 private:
  struct Entry {
    size_t filter;
    const Clubcard* clubcard;
    const ClubcardBlock* block;
    uint64_t approx_stored, exact_stored;  // bytes kept of each column
    bool truncated;                        // less than a whole block's bytes are kept
    uint64_t approx_position = 0, exact_position = 0;
    uint64_t extra_offset = 0;

    bool has_extra() const { return truncated || block->exceptions.count != 0; }
    uint64_t approx_total() const { return approx_stored * block->rank; }
  };

  void WriteDescriptor(const Entry& entry, uint8_t* out) const;
  void WriteColumns(std::span<uint8_t> out) const;
  void WriteExtra(const Entry& entry, std::span<uint8_t> out) const;

  size_t mask_words_;
  std::vector<uint64_t> enrolled_, always_revoked_;
  std::vector<Entry> entries_;  // after Finish: primary, then the group by descending rank
  std::vector<uint64_t> column_starts_;
  uint64_t primary_start_ = 0, exact_start_ = 0;
};

}  // namespace crlite
