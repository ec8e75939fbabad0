// Sections kLogs and kBreakpoints: which filters cover which timestamps of which log
// (docs/snapshot-format.md, "Coverage").
#pragma once

#include <cstdint>
#include <vector>

#include "cascade/filter/clubcard.h"

namespace crlite {

struct CoverageTable {
  std::vector<uint8_t> logs;         // section kLogs
  std::vector<uint8_t> breakpoints;  // section kBreakpoints
};

// What MakeCoverageTable's sections cannot exceed, in bytes, known before anything is built.
uint64_t MaxCoverageTableSize(const std::vector<const Clubcard*>& filters, size_t mask_words);

// `filters[i]` has bit i in the masks, which are `mask_words` words wide.
CoverageTable MakeCoverageTable(const std::vector<const Clubcard*>& filters, size_t mask_words);

}  // namespace crlite
