#include "cascade/snapshot/coverage_table.h"

#include <map>

#include "cascade/reader/snapshot_format.h"
#include "cascade/snapshot/little_endian.h"

namespace crlite {

using namespace snapshot_format;

namespace {

using Mask = std::vector<uint64_t>;

void Flip(Mask* mask, size_t filter) { (*mask)[filter / 64] ^= uint64_t{1} << (filter % 64); }

}  // namespace

uint64_t MaxCoverageTableSize(const std::vector<const Clubcard*>& filters, size_t mask_words) {
  uint64_t intervals = 0;
  for (const Clubcard* filter : filters) intervals += filter->coverage.size();
  // Each interval may have a log of its own, and two ends of its own.
  return intervals * (kLogEntrySize + 2 * BreakpointSize(mask_words));
}

CoverageTable MakeCoverageTable(const std::vector<const Clubcard*>& filters, size_t mask_words) {
  // For every log the timestamps at which its mask changes, with the bits that change there.
  std::map<LogId, std::map<uint64_t, Mask>> changes;
  for (size_t i = 0; i < filters.size(); ++i) {
    for (const CoverageInterval& interval : filters[i]->coverage) {
      if (interval.low_ms > interval.high_ms) continue;
      auto& log = changes[interval.log];
      Flip(&log.try_emplace(interval.low_ms, mask_words).first->second, i);
      if (interval.high_ms == UINT64_MAX) continue;
      Flip(&log.try_emplace(interval.high_ms + 1, mask_words).first->second, i);
    }
  }

  CoverageTable table;
  uint32_t first = 0;
  for (const auto& [log, points] : changes) {
    Mask mask(mask_words);
    uint32_t count = 0;
    for (const auto& [from_ms, flips] : points) {
      Mask next = mask;
      for (size_t i = 0; i < mask_words; ++i) next[i] ^= flips[i];
      if (next == mask) continue;  // one interval ends where another of the same filter begins
      mask = next;
      AppendLe(&table.breakpoints, from_ms);
      for (uint64_t word : mask) AppendLe(&table.breakpoints, word);
      ++count;
    }
    AppendBytes(&table.logs, log.bytes);
    AppendLe(&table.logs, first);
    AppendLe(&table.logs, count);
    first += count;
  }
  return table;
}

}  // namespace crlite
