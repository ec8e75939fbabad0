#include "cascade/snapshot/issuer_blob.h"

#include <algorithm>

#include "cascade/reader/snapshot_format.h"
#include "cascade/snapshot/bit_copy.h"
#include "cascade/snapshot/little_endian.h"

namespace crlite {

using namespace snapshot_format;

namespace {

// A column that ends a little early is filled up with zeros; one that ends much earlier than its
// block claims (only odd files have such) is kept as it is, and the block is marked truncated.
constexpr uint64_t kMaxZeroFill = 64;

// A block with fewer columns than this passes quads too often to be worth its place there.
constexpr size_t kMinGroupRank = 3;

uint64_t RoundUp8(uint64_t n) { return (n + 7) / 8 * 8; }

}  // namespace

// Quads know neither inversion nor truncation, which are rare.
bool IssuerBlobPlan::Entry::IsForGroup() const {
  return !truncated && !block->inverted && block->rank >= kMinGroupRank;
}

IssuerBlobPlan::IssuerBlobPlan(size_t mask_words)
    : mask_words_(mask_words), enrolled_(mask_words), always_revoked_(mask_words) {}

void IssuerBlobPlan::Add(size_t filter, const Clubcard& clubcard, const ClubcardBlock& block) {
  const uint64_t bit = uint64_t{1} << (filter % 64);
  enrolled_[filter / 64] |= bit;
  if (block.approx_m == 0) {
    if (block.inverted) always_revoked_[filter / 64] |= bit;
    return;
  }
  Entry entry = {};
  entry.filter = filter;
  entry.clubcard = &clubcard;
  entry.block = &block;
  uint64_t approx_available = 0;
  for (size_t k = 0; k < block.rank; ++k) {
    approx_available =
        std::max(approx_available, AvailableBytes(clubcard.columns[k], block.approx_offset));
  }
  const uint64_t exact_available = AvailableBytes(clubcard.exact, block.exact_offset);
  const uint64_t approx_whole = block.rank == 0 ? 0 : WindowBytes(block.approx_m);
  const uint64_t exact_whole = WindowBytes(block.exact_m);
  entry.truncated = approx_whole > approx_available + kMaxZeroFill ||
                    exact_whole > exact_available + kMaxZeroFill;
  entry.approx_stored = entry.truncated ? std::min(approx_whole, approx_available) : approx_whole;
  entry.exact_stored = entry.truncated ? std::min(exact_whole, exact_available) : exact_whole;
  entries_.push_back(entry);
}

// The largest block first, which is nearly always the full filter's; then those for the group.
void IssuerBlobPlan::Order() {
  if (entries_.empty()) return;
  const auto primary =
      std::max_element(entries_.begin(), entries_.end(),
                       [](const Entry& a, const Entry& b) { return a.size() < b.size(); });
  std::rotate(entries_.begin(), primary, primary + 1);
  const auto group_end = std::stable_partition(
      entries_.begin() + 1, entries_.end(), [](const Entry& entry) { return entry.IsForGroup(); });
  group_count_ = static_cast<size_t>(group_end - entries_.begin()) - 1;
}

uint64_t IssuerBlobPlan::Finish(std::vector<Strip>* strips) {
  Order();
  uint64_t at = kBlobHeadSize + 16 * mask_words_ + (kRowSize + kDescriptorSize) * entries_.size();
  // What most queries read stands together: the primary block, then all quads.
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    entry.place = at;
    at += entry.approx_stored * (IsInGroup(i) ? kQuadColumns : entry.block->rank);
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (IsInGroup(i) && Strip::IsFor(*entry.block)) {
      entry.in_strip = true;
      (*strips)[entry.filter].Add(*entry.block);
      continue;
    }
    if (IsInGroup(i) && entry.block->rank > kQuadColumns) {
      entry.rest = at;
      at += entry.approx_stored * (entry.block->rank - kQuadColumns);
    }
    entry.exact = at;
    at += entry.exact_stored;
  }
  for (Entry& entry : entries_) {
    if (!entry.has_extra()) continue;
    entry.extra = at;
    at += kExtraHeadSize + entry.block->exceptions.packed.size();
  }
  return RoundUp8(at + 8);  // a window at the very end is read 8 bytes too far
}

void IssuerBlobPlan::Write(const std::vector<Strip>& strips, std::span<uint8_t> out) const {
  uint8_t* p = out.data();
  StoreLe(p, static_cast<uint16_t>(entries_.size()));
  StoreLe(p + 2, static_cast<uint16_t>(group_count_));
  p += kBlobHeadSize;
  for (uint64_t word : enrolled_) StoreLe(p, word), p += 8;
  for (uint64_t word : always_revoked_) StoreLe(p, word), p += 8;
  for (const Entry& entry : entries_) WriteRow(entry, p), p += kRowSize;
  for (const Entry& entry : entries_) {
    WriteDescriptor(entry, strips[entry.filter], p);
    p += kDescriptorSize;
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (IsInGroup(i)) WriteQuad(entry, out);
    if (!entry.in_strip) {
      WriteColumns(entry, IsInGroup(i) ? kQuadColumns : 0, IsInGroup(i) ? entry.rest : entry.place,
                   out);
      CopyBits(entry.clubcard->exact, entry.block->exact_offset,
               out.subspan(entry.exact, entry.exact_stored));
    }
    if (entry.has_extra()) WriteExtra(entry, out.subspan(entry.extra));
  }
}

void IssuerBlobPlan::WriteRow(const Entry& entry, uint8_t* out) const {
  StoreLe(out, Reciprocal(entry.block->approx_m));
  StoreLe(out + 8, entry.block->approx_m);
  StoreLe(out + 12, static_cast<uint32_t>(entry.place));
}

void IssuerBlobPlan::WriteDescriptor(const Entry& entry, const Strip& strip, uint8_t* out) const {
  const ClubcardBlock& block = *entry.block;
  const bool in_strip = entry.in_strip;
  StoreLe(out, block.exact_m);
  StoreLe(out + 4, in_strip ? strip.RestPlace(block) : static_cast<uint32_t>(entry.rest));
  StoreLe(out + 8, in_strip ? strip.ExactPlace(block) : static_cast<uint32_t>(entry.exact));
  StoreLe(out + 12, static_cast<uint32_t>(entry.extra));
  StoreLe(out + 16, static_cast<uint16_t>(entry.filter));
  out[18] = block.rank;
  out[19] = static_cast<uint8_t>((block.inverted ? kInverted : 0) |
                                 (entry.truncated ? kTruncated : 0) | (in_strip ? kInStrip : 0));
}

// The columns from `first` on, one behind the other.
void IssuerBlobPlan::WriteColumns(const Entry& entry, size_t first, uint64_t place,
                                  std::span<uint8_t> out) const {
  for (size_t k = first; k < entry.block->rank; ++k) {
    CopyBits(entry.clubcard->columns[k], entry.block->approx_offset,
             out.subspan(place, entry.approx_stored));
    place += entry.approx_stored;
  }
}

// Columns that the block does not have stay 0, which every serial passes.
void IssuerBlobPlan::WriteQuad(const Entry& entry, std::span<uint8_t> out) const {
  std::vector<uint8_t> column(entry.approx_stored);
  const size_t count = std::min<size_t>(entry.block->rank, kQuadColumns);
  for (size_t k = 0; k < count; ++k) {
    CopyBits(entry.clubcard->columns[k], entry.block->approx_offset, column);
    uint8_t* to = out.data() + entry.place + k;
    for (uint8_t byte : column) *to = byte, to += kQuadColumns;
  }
}

void IssuerBlobPlan::WriteExtra(const Entry& entry, std::span<uint8_t> out) const {
  const std::vector<uint8_t>& exceptions = entry.block->exceptions.packed;
  StoreLe(out.data(), static_cast<uint32_t>(entry.approx_stored));
  StoreLe(out.data() + 4, static_cast<uint32_t>(entry.exact_stored));
  StoreLe(out.data() + 8, static_cast<uint32_t>(exceptions.size()));
  if (!exceptions.empty())
    memcpy(out.data() + kExtraHeadSize, exceptions.data(), exceptions.size());
}

}  // namespace crlite
