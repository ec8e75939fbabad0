#include "cascade/snapshot/strip.h"

#include <algorithm>

#include "cascade/reader/snapshot_format.h"
#include "cascade/snapshot/little_endian.h"

namespace crlite {

using namespace snapshot_format;

namespace {

// Bits that windows at `m` positions reach.
uint64_t WindowBits(uint32_t m) { return uint64_t{std::max(m, 1u)} + 255; }

}  // namespace

void BitRuns::Finish() {
  std::sort(intervals_.begin(), intervals_.end(),
            [](const Run& a, const Run& b) { return a.begin < b.begin; });
  size_t num_runs = 0;
  for (const Run interval : intervals_) {
    if (num_runs != 0 && interval.begin <= intervals_[num_runs - 1].end) {
      Run& run = intervals_[num_runs - 1];
      run.end = std::max(run.end, interval.end);
      continue;
    }
    uint64_t target = 0;
    if (num_runs != 0) {
      const Run& before = intervals_[num_runs - 1];
      target = (before.target + (before.end - before.begin) + 7) / 8 * 8;
    }
    intervals_[num_runs++] = {interval.begin, interval.end, target};
  }
  intervals_.resize(num_runs);
}

uint64_t BitRuns::Map(uint64_t bit) const {
  const auto after = std::upper_bound(intervals_.begin(), intervals_.end(), bit,
                                      [](uint64_t b, const Run& run) { return b < run.begin; });
  const Run& run = *(after - 1);
  return run.target + (bit - run.begin);
}

void BitRuns::Write(const BitColumn& column, std::span<uint8_t> out) const {
  for (const Run& run : intervals_) {
    const uint64_t at = run.target / 8;
    if (at >= out.size()) return;
    const uint64_t size = std::min<uint64_t>((run.end - run.begin + 7) / 8, out.size() - at);
    CopyBits(column, run.begin, out.subspan(at, size));
  }
}

void Strip::Add(const ClubcardBlock& block) {
  blocks_.push_back(&block);
  rest_.Add(block.approx_offset, block.approx_offset + WindowBits(block.approx_m));
  exact_.Add(block.exact_offset, block.exact_offset + WindowBits(block.exact_m));
}

uint64_t Strip::Finish() {
  if (blocks_.empty()) return 0;
  rest_.Finish();
  exact_.Finish();
  uint64_t exact_size = 0;
  for (const ClubcardBlock* block : blocks_) {
    const size_t rest = block->rank > kQuadColumns ? block->rank - kQuadColumns : 0;
    if (rest > column_sizes_.size()) column_sizes_.resize(rest);
    const auto end_of = [](uint64_t place, uint32_t m) { return (place + WindowBits(m) + 7) / 8; };
    if (rest != 0) {
      uint64_t& size = column_sizes_[rest - 1];
      size = std::max(size, end_of(RestPlace(*block), block->approx_m));
    }
    exact_size = std::max(exact_size, end_of(ExactPlace(*block), block->exact_m));
  }
  // A column holds whatever a later one holds.
  for (size_t k = column_sizes_.size(); k-- > 1;) {
    column_sizes_[k - 1] = std::max(column_sizes_[k - 1], column_sizes_[k]);
  }
  column_sizes_.push_back(exact_size);
  uint64_t size = 8 * column_sizes_.size();
  for (uint64_t column_size : column_sizes_) size += column_size;
  return size;
}

uint32_t Strip::RestPlace(const ClubcardBlock& block) const {
  return static_cast<uint32_t>(rest_.Map(block.approx_offset));
}

uint32_t Strip::ExactPlace(const ClubcardBlock& block) const {
  return static_cast<uint32_t>(exact_.Map(block.exact_offset));
}

void Strip::Write(const Clubcard& clubcard, uint64_t offset, std::span<uint8_t> out) const {
  const size_t table_size = 8 * column_sizes_.size();
  uint64_t at = table_size;
  for (size_t k = 0; k < column_sizes_.size(); ++k) {
    const bool is_exact = k + 1 == column_sizes_.size();
    StoreLe(out.data() + 8 * k, offset + at);
    const std::span<uint8_t> column = out.subspan(at, column_sizes_[k]);
    if (is_exact) {
      exact_.Write(clubcard.exact, column);
    } else {
      rest_.Write(clubcard.columns[kQuadColumns + k], column);
    }
    at += column_sizes_[k];
  }
}

}  // namespace crlite
