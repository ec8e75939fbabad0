// The strip of one filter in a snapshot: what its small blocks need behind their first columns
// (docs/snapshot-format.md, "Strips").
//
// A window is 256 bits, however small its block: neighbours share them in a filter's column, and go
// on sharing them here. Only few queries come that far.
#pragma once

#include <vector>

#include "cascade/snapshot/bit_copy.h"

namespace crlite {

// Stretches of a column's bits that are wanted, brought close together. Intervals that overlap or
// touch stay together, so that what they share is kept once.
class BitRuns {
 public:
  void Add(uint64_t begin, uint64_t end) { intervals_.push_back({begin, end, 0}); }
  // To be called once, after the last Add.
  void Finish();
  // Where a bit of an added interval went.
  uint64_t Map(uint64_t bit) const;
  // Fills `out` with the wanted bits of `column`; runs that begin behind `out` are left out.
  void Write(const BitColumn& column, std::span<uint8_t> out) const;

 private:
  struct Run {
    uint64_t begin, end;  // bits of the column
    uint64_t target;      // a multiple of 8
  };
  std::vector<Run> intervals_;  // after Finish: the runs, ascending
};

class Strip {
 public:
  // Whether the block is small: with more positions the bits that neighbours share hardly count.
  static bool IsFor(const ClubcardBlock& block) {
    return block.approx_m <= 1024 && block.exact_m <= 1024;
  }

  void Add(const ClubcardBlock& block);
  // To be called once, after the last Add. Returns the size in bytes of the strip's columns and of
  // their table; 0 when nothing was added.
  uint64_t Finish();

  size_t num_columns() const { return column_sizes_.size(); }  // the exact one included
  // Bits from the beginning of the columns to those of the block; only for one that was added.
  uint32_t RestPlace(const ClubcardBlock& block) const;
  uint32_t ExactPlace(const ClubcardBlock& block) const;

  // Writes the table and the columns into `out`, Finish() bytes that are all 0 and begin `offset`
  // bytes behind the beginning of the section.
  void Write(const Clubcard& clubcard, uint64_t offset, std::span<uint8_t> out) const;

 private:
  std::vector<ClubcardBlock const*> blocks_;
  BitRuns rest_, exact_;
  std::vector<uint64_t>
      column_sizes_;  // bytes: columns 4, 5, ... that some block has, then the exact
};

}  // namespace crlite
