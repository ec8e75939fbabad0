#include "cascade/snapshot/issuer_blob.h"

#include <algorithm>

#include "cascade/reader/snapshot_format.h"
#include "cascade/snapshot/little_endian.h"

namespace crlite {

using namespace snapshot_format;

namespace {

// A column that ends a little early is filled up with zeros; one that ends much earlier than its
// block claims (only odd files have such) is kept as it is, and the block is marked truncated.
constexpr uint64_t kMaxZeroFill = 64;

// Bytes of `column` from bit `offset` on that are not behind its end.
uint64_t AvailableBytes(const BitColumn& column, uint64_t offset) {
  const uint64_t bits = 64 * uint64_t{column.size()};
  return offset >= bits ? 0 : (bits - offset + 7) / 8;
}

// Copies bits [offset, offset + 8 * out.size()) of `column`, 0 behind its end.
void CopyBits(const BitColumn& column, uint64_t offset, std::span<uint8_t> out) {
  const uint64_t shift = offset % 64;
  uint64_t word = offset / 64;
  for (size_t i = 0; i < out.size() && word < column.size(); i += 8, ++word) {
    uint64_t bits = column[word] >> shift;
    if (shift != 0 && word + 1 < column.size()) bits |= column[word + 1] << (64 - shift);
    uint8_t bytes[8];
    StoreLe(bytes, bits);
    memcpy(out.data() + i, bytes, std::min<size_t>(8, out.size() - i));
  }
}

uint64_t RoundUp8(uint64_t n) { return (n + 7) / 8 * 8; }

}  // namespace

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

uint64_t IssuerBlobPlan::Finish() {
  if (!entries_.empty()) {
    auto size = [](const Entry& e) { return e.approx_total() + e.exact_stored; };
    auto primary =
        std::max_element(entries_.begin(), entries_.end(),
                         [&](const Entry& a, const Entry& b) { return size(a) < size(b); });
    std::rotate(entries_.begin(), primary, primary + 1);
    std::stable_sort(entries_.begin() + 1, entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.block->rank > b.block->rank; });
  }
  const size_t group_columns = entries_.size() > 1 ? entries_[1].block->rank : 0;
  uint64_t at =
      kBlobHeadSize + 16 * mask_words_ + kDescriptorSize * entries_.size() + 4 * group_columns;
  primary_start_ = at;
  if (!entries_.empty()) at += entries_[0].approx_total();
  for (size_t k = 0; k < group_columns; ++k) {
    column_starts_.push_back(at);
    uint64_t position = 0;
    for (size_t i = 1; i < entries_.size() && entries_[i].block->rank > k; ++i) {
      entries_[i].approx_position = position;
      position += entries_[i].approx_stored;
    }
    at += position;
  }
  exact_start_ = at;
  for (Entry& entry : entries_) {
    entry.exact_position = at - exact_start_;
    at += entry.exact_stored;
  }
  for (Entry& entry : entries_) {
    if (!entry.has_extra()) continue;
    entry.extra_offset = at;
    at += kExtraHeadSize + entry.block->exceptions.packed.size();
  }
  return RoundUp8(at + 8);  // a window at the very end is read 8 bytes too far
}

void IssuerBlobPlan::Write(std::span<uint8_t> out) const {
  uint8_t* p = out.data();
  StoreLe(p, static_cast<uint16_t>(entries_.size()));
  StoreLe(p + 2, static_cast<uint16_t>(column_starts_.size()));
  StoreLe(p + 4, static_cast<uint32_t>(primary_start_));
  StoreLe(p + 8, static_cast<uint32_t>(exact_start_));
  p += kBlobHeadSize;
  for (uint64_t word : enrolled_) StoreLe(p, word), p += 8;
  for (uint64_t word : always_revoked_) StoreLe(p, word), p += 8;
  for (const Entry& entry : entries_) WriteDescriptor(entry, p), p += kDescriptorSize;
  for (uint64_t start : column_starts_) StoreLe(p, static_cast<uint32_t>(start)), p += 4;
  WriteColumns(out);
  for (const Entry& entry : entries_) {
    if (entry.has_extra()) WriteExtra(entry, out.subspan(entry.extra_offset));
  }
}

void IssuerBlobPlan::WriteDescriptor(const Entry& entry, uint8_t* out) const {
  const ClubcardBlock& block = *entry.block;
  StoreLe(out, Reciprocal(block.approx_m));
  StoreLe(out + 8, block.approx_m);
  StoreLe(out + 12, block.exact_m);
  StoreLe(out + 16, static_cast<uint32_t>(entry.approx_position));
  StoreLe(out + 20, static_cast<uint32_t>(entry.exact_position));
  StoreLe(out + 24, static_cast<uint32_t>(entry.extra_offset));
  StoreLe(out + 28, static_cast<uint16_t>(entry.filter));
  out[30] = block.rank;
  out[31] =
      static_cast<uint8_t>((block.inverted ? kInverted : 0) | (entry.truncated ? kTruncated : 0));
}

void IssuerBlobPlan::WriteColumns(std::span<uint8_t> out) const {
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const ClubcardBlock& block = *entry.block;
    for (size_t k = 0; k < block.rank; ++k) {
      const uint64_t at = i == 0 ? primary_start_ + k * entry.approx_stored
                                 : column_starts_[k] + entry.approx_position;
      CopyBits(entry.clubcard->columns[k], block.approx_offset,
               out.subspan(at, entry.approx_stored));
    }
    CopyBits(entry.clubcard->exact, block.exact_offset,
             out.subspan(exact_start_ + entry.exact_position, entry.exact_stored));
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
