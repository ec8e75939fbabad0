// Section kBlobs: the blocks of one issuer over all filters, laid so that what one query needs lies
// together (docs/snapshot-format.md, "Blob").
#pragma once

#include <cstdint>
#include <vector>

#include "cascade/filter/clubcard.h"
#include "cascade/snapshot/strip.h"

namespace crlite {

// Plans the blob of one issuer, then writes it. The clubcards must outlive the plan.
class IssuerBlobPlan {
 public:
  explicit IssuerBlobPlan(size_t mask_words);

  // Adds the issuer's block in filter `filter`, at most one for each filter.
  void Add(size_t filter, const Clubcard& clubcard, const ClubcardBlock& block);

  // Decides order and places; to be called once, after the last Add. Blocks that share their last
  // columns with neighbours are added to (*strips)[filter]. Returns the blob's size in bytes, a
  // multiple of 8; a blob of 4 GiB or more cannot be written.
  uint64_t Finish(std::vector<Strip>* strips);

  // Writes the blob into `out`, Finish() bytes that are all 0. The strips are finished.
  void Write(const std::vector<Strip>& strips, std::span<uint8_t> out) const;

 private:
  struct Entry {
    size_t filter;
    const Clubcard* clubcard;
    const ClubcardBlock* block;
    uint64_t approx_stored, exact_stored;  // bytes kept of each column
    bool truncated;                        // less than a whole block's bytes are kept
    bool in_strip = false;
    uint64_t place = 0, rest = 0, exact = 0, extra = 0;  // bytes from the beginning of the blob

    bool has_extra() const { return truncated || block->exceptions.count != 0; }
    uint64_t size() const { return approx_stored * block->rank + exact_stored; }
    bool IsForGroup() const;
  };

  bool IsInGroup(size_t i) const { return i >= 1 && i <= group_count_; }
  void Order();
  void WriteRow(const Entry& entry, uint8_t* out) const;
  void WriteDescriptor(const Entry& entry, const Strip& strip, uint8_t* out) const;
  void WriteColumns(const Entry& entry, size_t first, uint64_t place, std::span<uint8_t> out) const;
  void WriteQuad(const Entry& entry, std::span<uint8_t> out) const;
  void WriteExtra(const Entry& entry, std::span<uint8_t> out) const;

  size_t mask_words_;
  std::vector<uint64_t> enrolled_, always_revoked_;
  std::vector<Entry> entries_;  // after Finish: primary, group, singles
  size_t group_count_ = 0;
};

}  // namespace crlite
