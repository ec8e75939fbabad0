#include "cascade/reader/snapshot_issuer.h"

#include "cascade/reader/equation.h"
#include "cascade/reader/snapshot_format.h"

namespace crlite {
namespace {

using namespace snapshot_format;
using Answer = IssuerBlob::Answer;

constexpr size_t kKeyWords = 5;  // 256 coefficient bits, shifted by up to 7

// The coefficients for a window that starts at bit `shift` of its first byte.
struct ShiftedKey {
  uint64_t words[kKeyWords];
};

ShiftedKey Shift(const EquationKey& key, unsigned shift) {
  ShiftedKey out;
  if (shift == 0) {
    for (size_t j = 0; j < 4; ++j) out.words[j] = key.a[j];
    out.words[4] = 0;
    return out;
  }
  uint64_t carry = 0;
  for (size_t j = 0; j < 4; ++j) {
    out.words[j] = key.a[j] << shift | carry;
    carry = key.a[j] >> (64 - shift);
  }
  out.words[4] = carry;
  return out;
}

// Whether the inner product of key and window is 0. Reads kWindowLoad bytes.
inline bool ProductIsZero(const uint8_t* window, const ShiftedKey& key) {
  uint64_t sum = 0;
  for (size_t j = 0; j < kKeyWords; ++j) sum ^= LoadLe64(window + 8 * j) & key.words[j];
  return !__builtin_parityll(sum);
}

// One row of the descriptor table.
struct Descriptor {
  uint64_t reciprocal;
  uint32_t approx_m, exact_m;
  uint32_t approx_position, exact_position;  // bytes behind the start of the region
  uint32_t extra_offset;                     // 0: none
  uint16_t filter;
  uint8_t rank, flags;

  explicit Descriptor(const uint8_t* p)
      : reciprocal(LoadLe64(p)),
        approx_m(LoadLe32(p + 8)),
        exact_m(LoadLe32(p + 12)),
        approx_position(LoadLe32(p + 16)),
        exact_position(LoadLe32(p + 20)),
        extra_offset(LoadLe32(p + 24)),
        filter(LoadLe16(p + 28)),
        rank(p[30]),
        flags(p[31]) {}

  bool inverted() const { return (flags & kInverted) != 0; }
  bool truncated() const { return (flags & kTruncated) != 0; }

  // position mod approx_m. With a wrong reciprocal the result is wrong, never unsafe: every load
  // is checked.
  uint64_t ApproxStart(uint64_t position) const {
    const uint64_t quotient =
        static_cast<uint64_t>((static_cast<unsigned __int128>(position) * reciprocal) >> 64);
    const uint64_t rest = position - quotient * approx_m;
    return rest >= approx_m ? rest - approx_m : rest;
  }
  uint64_t ExactStart(uint64_t position) const { return exact_m <= 1 ? 0 : position % exact_m; }
};

// Lengths that only few blocks need, and exceptions.
struct Extra {
  uint32_t approx_stored = 0, exact_stored = 0;  // bytes kept of a truncated block
  Bytes exceptions;                              // count x { u8 length, bytes }

  [[nodiscard]] bool Read(Bytes blob, uint32_t offset) {
    bool ok = true;
    const Bytes head = Slice(blob, offset, kExtraHeadSize, &ok);
    if (!ok) return false;
    approx_stored = LoadLe32(head.data());
    exact_stored = LoadLe32(head.data() + 4);
    exceptions = Slice(blob, uint64_t{offset} + kExtraHeadSize, LoadLe32(head.data() + 8), &ok);
    return ok;
  }
};

enum class Listed { kNo, kYes, kDamaged };

Listed FindException(Bytes exceptions, Bytes serial) {
  ByteReader reader(exceptions);
  while (!reader.AtEnd()) {
    uint8_t length;
    Bytes exception;
    if (!reader.ReadU8(&length) || !reader.ReadBytes(length, &exception)) return Listed::kDamaged;
    if (SameBytes(exception, serial)) return Listed::kYes;
  }
  return Listed::kNo;
}

// Evaluates one query over the blocks of one blob.
class Evaluator {
 public:
  Evaluator(Bytes blob, const EquationKey& key) : blob_(blob), key_(key) {}

  bool damaged() const { return damaged_; }

  // The window of a whole block that starts `start` bits behind byte `region` of the blob.
  bool Passes(uint64_t region, uint64_t start) {
    return PassesAt(region + start / 8, Shift(key_, start % 8));
  }

  bool PassesAt(uint64_t at, const ShiftedKey& key) {
    if (!Contains(blob_, at, kWindowLoad)) {
      damaged_ = true;
      return false;
    }
    return ProductIsZero(blob_.data() + at, key);
  }

  // The same for a block of which only `stored` bytes are kept: bits behind them are 0.
  bool PassesTruncated(uint64_t region, uint64_t start, uint32_t stored) {
    bool ok = true;
    const Bytes kept = Slice(blob_, region, stored, &ok);
    if (!ok) damaged_ = true;
    uint8_t window[kWindowLoad] = {};
    const uint64_t from = start / 8;
    if (from < kept.size()) {
      const size_t rest = kept.size() - static_cast<size_t>(from);
      memcpy(window, kept.data() + from, rest < kWindowLoad ? rest : kWindowLoad);
    }
    return ProductIsZero(window, Shift(key_, start % 8));
  }

  Extra ReadExtra(const Descriptor& d) {
    Extra extra;
    if (d.extra_offset == 0 || !extra.Read(blob_, d.extra_offset)) damaged_ = true;
    return extra;
  }

  // For a serial that passed every column: exact column, exceptions, inversion.
  bool IsRevokedAfterColumns(const Descriptor& d, uint32_t exact_start, Bytes serial) {
    Extra extra;
    if (d.extra_offset != 0 || d.truncated()) extra = ReadExtra(d);
    const uint64_t region = uint64_t{exact_start} + d.exact_position;
    const uint64_t start = d.ExactStart(key_.position);
    bool is_member =
        d.truncated() ? PassesTruncated(region, start, extra.exact_stored) : Passes(region, start);
    if (is_member && !extra.exceptions.empty()) {
      const Listed listed = FindException(extra.exceptions, serial);
      if (listed == Listed::kDamaged) damaged_ = true;
      is_member = listed == Listed::kNo;
    }
    return is_member != d.inverted();
  }

  // A block whose columns stand one behind the other from byte `region` on.
  bool IsRevokedByPrimary(const Descriptor& d, uint32_t region, uint32_t exact_start,
                          Bytes serial) {
    const uint64_t start = d.ApproxStart(key_.position);
    const uint32_t kept = d.truncated() ? ReadExtra(d).approx_stored : 0;
    const uint64_t stride = d.truncated() ? kept : WindowBytes(d.approx_m);
    const ShiftedKey key = Shift(key_, start % 8);
    for (uint64_t k = 0; k < d.rank; ++k) {
      const uint64_t column = region + k * stride;
      const bool passes =
          d.truncated() ? PassesTruncated(column, start, kept) : PassesAt(column + start / 8, key);
      if (!passes) return d.inverted();
    }
    return IsRevokedAfterColumns(d, exact_start, serial);
  }

 private:
  Bytes blob_;
  const EquationKey& key_;
  bool damaged_ = false;
};

bool Has(const uint64_t* mask, uint16_t filter) { return (mask[filter / 64] >> (filter % 64)) & 1; }

Descriptor DescriptorAt(Bytes table, size_t i) {
  return Descriptor(table.data() + i * kDescriptorSize);
}

// All blocks but the primary one, ordered by descending rank: those with a column k are a prefix.
class Group {
 public:
  static constexpr uint16_t kNobody = 0;  // descriptor 0 is the primary block

  Group(Bytes descriptors, const EquationKey& key) : descriptors_(descriptors), key_(key) {
    for (unsigned shift = 0; shift < 8; ++shift) keys_[shift] = Shift(key, shift);
  }

  // Takes the blocks of the filters in `mask`. False when one names no bit of a mask.
  [[nodiscard]] bool Gather(const uint64_t* mask, size_t mask_words) {
    for (size_t i = 1; i < descriptors_.size() / kDescriptorSize; ++i) {
      const Descriptor d = DescriptorAt(descriptors_, i);
      if (d.filter / 64 >= mask_words) return false;
      const uint64_t start = d.ApproxStart(key_.position);
      members_[count_] = {static_cast<uint32_t>(d.approx_position + start / 8),
                          static_cast<uint16_t>(i), d.rank, d.flags,
                          static_cast<uint8_t>(start % 8)};
      count_ += Has(mask, d.filter) ? 1 : 0;
    }
    return true;
  }

  // Drops the members that column k, which begins at byte `column` of the blob, excludes. False
  // when none has this column, and so none a later one.
  bool TestColumn(uint32_t k, uint64_t column, Evaluator* evaluator) {
    size_t kept = 0;
    size_t i = 0;
    for (; i < count_ && members_[i].rank > k; ++i) {
      const Member member = members_[i];
      const bool passes = Passes(member, column, evaluator);
      // Survivors move forward without a branch; an inverted block that drops out means "revoked".
      members_[kept] = member;
      kept += passes ? 1 : 0;
      revoked_by_ = !passes && (member.flags & kInverted) != 0 ? member.index : revoked_by_;
    }
    if (i == 0) return false;
    for (; i < count_; ++i) members_[kept++] = members_[i];
    count_ = kept;
    return true;
  }

  // Asks those that passed all their columns. The descriptor of one that revokes, or kNobody.
  uint16_t Finish(uint32_t exact_start, Bytes serial, Evaluator* evaluator) const {
    if (revoked_by_ != kNobody) return revoked_by_;
    for (size_t i = 0; i < count_; ++i) {
      const Descriptor d = DescriptorAt(descriptors_, members_[i].index);
      if (evaluator->IsRevokedAfterColumns(d, exact_start, serial)) return members_[i].index;
    }
    return kNobody;
  }

 private:
  struct Member {
    uint32_t at;     // bytes behind a column's start where the window begins
    uint16_t index;  // of the descriptor
    uint8_t rank, flags;
    uint8_t shift;
  };

  bool Passes(const Member& member, uint64_t column, Evaluator* evaluator) const {
    if ((member.flags & kTruncated) == 0) [[likely]] {
      return evaluator->PassesAt(column + member.at, keys_[member.shift]);
    }
    const Descriptor d = DescriptorAt(descriptors_, member.index);
    return evaluator->PassesTruncated(column + d.approx_position, d.ApproxStart(key_.position),
                                      evaluator->ReadExtra(d).approx_stored);
  }

  Bytes descriptors_;
  const EquationKey& key_;
  ShiftedKey keys_[8];
  Member members_[kMaxFilters];  // the first count_ are in use
  size_t count_ = 0;
  uint16_t revoked_by_ = kNobody;
};

}  // namespace

bool IssuerBlob::Open(Bytes blob, size_t mask_words) {
  bool ok = true;
  const Bytes head = Slice(blob, 0, kBlobHeadSize, &ok);
  if (!ok || mask_words == 0 || mask_words > kMaxMaskWords) return false;
  blob_ = blob;
  mask_words_ = mask_words;
  block_count_ = LoadLe16(head.data());
  group_columns_ = LoadLe16(head.data() + 2);
  primary_start_ = LoadLe32(head.data() + 4);
  exact_start_ = LoadLe32(head.data() + 8);
  uint64_t at = kBlobHeadSize;
  masks_ = Slice(blob, at, 2 * 8 * mask_words, &ok);
  at += 2 * 8 * mask_words;
  descriptors_ = Slice(blob, at, uint64_t{block_count_} * kDescriptorSize, &ok);
  at += uint64_t{block_count_} * kDescriptorSize;
  column_starts_ = Slice(blob, at, uint64_t{group_columns_} * 4, &ok);
  return ok && block_count_ <= kMaxFilters && group_columns_ <= 255;
}

Answer IssuerBlob::Evaluate(const IssuerSpkiHash& issuer, Bytes serial, const uint64_t* mask,
                            uint16_t* filter) const {
  if (block_count_ == 0) return Answer::kNotRevoked;
  const EquationKey key = MakeEquationKey(issuer, serial);
  Evaluator evaluator(blob_, key);

  // The largest block, nearly always the full filter's: it knows most revocations.
  const Descriptor primary = DescriptorAt(descriptors_, 0);
  if (primary.filter / 64 >= mask_words_) return Answer::kDamaged;
  if (Has(mask, primary.filter)) {
    const bool is_revoked =
        evaluator.IsRevokedByPrimary(primary, primary_start_, exact_start_, serial);
    if (evaluator.damaged()) return Answer::kDamaged;
    if (is_revoked) {
      *filter = primary.filter;
      return Answer::kRevoked;
    }
  }

  Group group(descriptors_, key);
  if (!group.Gather(mask, mask_words_)) return Answer::kDamaged;
  for (uint32_t k = 0; k < group_columns_; ++k) {
    if (!group.TestColumn(k, LoadLe32(column_starts_.data() + 4 * k), &evaluator)) break;
  }
  const uint16_t revoked_by = group.Finish(exact_start_, serial, &evaluator);
  if (evaluator.damaged()) return Answer::kDamaged;
  if (revoked_by == Group::kNobody) return Answer::kNotRevoked;
  *filter = DescriptorAt(descriptors_, revoked_by).filter;
  return Answer::kRevoked;
}

}  // namespace crlite
