#include "cascade/reader/snapshot_issuer.h"

#include "cascade/reader/quad.h"

namespace crlite {
namespace {

using namespace snapshot_format;
using Answer = IssuerBlob::Answer;

// What quads need of a block.
struct Row {
  uint64_t reciprocal;
  uint32_t approx_m;
  uint32_t place;  // group: of the quad; else: of column 0

  explicit Row(const uint8_t* p)
      : reciprocal(LoadLe64(p)), approx_m(LoadLe32(p + 8)), place(LoadLe32(p + 12)) {}

  uint64_t Start(uint64_t position) const { return Remainder(position, approx_m, reciprocal); }
};

// The rest.
struct Descriptor {
  uint32_t exact_m;
  uint32_t rest, exact;  // places of column 4 and of the exact column: bytes, or bits of a strip
  uint32_t extra;        // 0: none
  uint16_t filter;
  uint8_t rank, flags;

  explicit Descriptor(const uint8_t* p)
      : exact_m(LoadLe32(p)),
        rest(LoadLe32(p + 4)),
        exact(LoadLe32(p + 8)),
        extra(LoadLe32(p + 12)),
        filter(LoadLe16(p + 16)),
        rank(p[18]),
        flags(p[19]) {}

  bool inverted() const { return (flags & kInverted) != 0; }
  bool truncated() const { return (flags & kTruncated) != 0; }
  bool in_strip() const { return (flags & kInStrip) != 0; }

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

// Evaluates one query over the blocks of one blob. Where the bytes contradict themselves the answer
// is "does not pass", and damaged() tells.
class Evaluator {
 public:
  Evaluator(Bytes blob, Bytes strips, const EquationKey& key, Bytes serial)
      : blob_(blob), strips_(strips), key_(key), serial_(serial) {}

  bool damaged() const { return damaged_; }

  // A block whose columns stand one behind the other.
  bool IsRevokedBySingle(const Row& row, const Descriptor& d) {
    const uint64_t start = row.Start(key_.position);
    if (d.truncated()) return IsRevokedByTruncated(row, d, start);
    if (!Passes(blob_, row.place, WindowBytes(row.approx_m), d.rank, start)) return d.inverted();
    return IsRevokedAfterColumns(d);
  }

  // A block whose quad the serial has passed.
  bool IsRevokedByRest(const Row& row, const Descriptor& d) {
    const uint64_t start = row.Start(key_.position);
    const bool passes = d.in_strip()
                            ? PassesStrip(d, start)
                            : Passes(blob_, d.rest, WindowBytes(row.approx_m), NumRest(d), start);
    return passes ? IsRevokedAfterColumns(d) : d.inverted();
  }

 private:
  static size_t NumRest(const Descriptor& d) {
    return d.rank > kQuadColumns ? d.rank - kQuadColumns : 0;
  }

  bool PassesAt(Bytes bytes, uint64_t at, const ShiftedKey& key) {
    if (Contains(bytes, at, kWindowLoad)) return ProductIsZero(bytes.data() + at, key);
    damaged_ = true;
    return false;
  }

  // `count` columns, `stride` bytes apart; windows begin `start` bits behind their beginning.
  bool Passes(Bytes bytes, uint64_t column, uint64_t stride, size_t count, uint64_t start) {
    const ShiftedKey key(key_, start % 8);
    for (size_t k = 0; k < count; ++k) {
      if (!PassesAt(bytes, column + start / 8 + k * stride, key)) return false;
    }
    return true;
  }

  // Where column k of the filter's strip begins; its last one is the exact column.
  [[nodiscard]] bool FindStripColumn(uint16_t filter, size_t k, bool exact, uint64_t* column) {
    bool ok = true;
    const Bytes entry = Slice(strips_, uint64_t{filter} * kStripEntrySize, kStripEntrySize, &ok);
    const uint32_t count = ok ? LoadLe32(entry.data() + 8) : 0;
    if (exact) k = count - size_t{1};
    const Bytes starts =
        ok ? Slice(strips_, LoadLe64(entry.data()), uint64_t{count} * 8, &ok) : Bytes();
    if (!ok || k >= count) {
      damaged_ = true;
      return false;
    }
    *column = LoadLe64(starts.data() + 8 * k);
    damaged_ |= *column > strips_.size();  // so that no sum of it can wrap
    return !damaged_;
  }

  bool PassesStrip(const Descriptor& d, uint64_t start) {
    const uint64_t bit = d.rest + start;
    const ShiftedKey key(key_, bit % 8);
    for (size_t k = 0; k < NumRest(d); ++k) {
      uint64_t column;
      if (!FindStripColumn(d.filter, k, /*exact=*/false, &column)) return false;
      if (!PassesAt(strips_, column + bit / 8, key)) return false;
    }
    return true;
  }

  // A block of which only `stored` bytes of a column are kept: bits behind them are 0.
  bool PassesTruncated(uint64_t column, uint64_t start, uint32_t stored) {
    bool ok = true;
    const Bytes kept = Slice(blob_, column, stored, &ok);
    if (!ok) damaged_ = true;
    uint8_t window[kWindowLoad] = {};
    const uint64_t from = start / 8;
    if (from < kept.size()) {
      const size_t rest = kept.size() - static_cast<size_t>(from);
      memcpy(window, kept.data() + from, rest < kWindowLoad ? rest : kWindowLoad);
    }
    return ProductIsZero(window, ShiftedKey(key_, start % 8));
  }

  bool IsRevokedByTruncated(const Row& row, const Descriptor& d, uint64_t start) {
    const uint32_t stored = ReadExtra(d).approx_stored;
    for (uint64_t k = 0; k < d.rank; ++k) {
      if (!PassesTruncated(row.place + k * stored, start, stored)) return d.inverted();
    }
    return IsRevokedAfterColumns(d);
  }

  bool PassesExact(const Descriptor& d) {
    const uint64_t start = d.ExactStart(key_.position);
    if (d.truncated()) return PassesTruncated(d.exact, start, ReadExtra(d).exact_stored);
    if (!d.in_strip()) return Passes(blob_, d.exact, 0, 1, start);
    uint64_t column;
    return FindStripColumn(d.filter, 0, /*exact=*/true, &column) &&
           Passes(strips_, column, 0, 1, d.exact + start);
  }

  Extra ReadExtra(const Descriptor& d) {
    Extra extra;
    if (d.extra == 0 || !extra.Read(blob_, d.extra)) damaged_ = true;
    return extra;
  }

  // For a serial that passed every approximate column: exact column, exceptions, inversion.
  bool IsRevokedAfterColumns(const Descriptor& d) {
    bool is_member = PassesExact(d);
    if (is_member && d.extra != 0) {
      const Listed listed = FindException(ReadExtra(d).exceptions, serial_);
      if (listed == Listed::kDamaged) damaged_ = true;
      is_member = listed == Listed::kNo;
    }
    return is_member != d.inverted();
  }

  Bytes blob_, strips_;
  const EquationKey& key_;
  Bytes serial_;
  bool damaged_ = false;
};

}  // namespace

bool IssuerBlob::Open(Bytes blob, Bytes strips, size_t mask_words) {
  bool ok = true;
  const Bytes head = Slice(blob, 0, kBlobHeadSize, &ok);
  if (!ok || mask_words == 0 || mask_words > kMaxMaskWords) return false;
  blob_ = blob;
  strips_ = strips;
  mask_words_ = mask_words;
  block_count_ = LoadLe16(head.data());
  group_count_ = LoadLe16(head.data() + 2);
  uint64_t at = kBlobHeadSize;
  masks_ = Slice(blob, at, 2 * 8 * mask_words, &ok);
  at += 2 * 8 * mask_words;
  rows_ = Slice(blob, at, block_count_ * kRowSize, &ok);
  at += block_count_ * kRowSize;
  descriptors_ = Slice(blob, at, block_count_ * kDescriptorSize, &ok);
  return ok && block_count_ <= kMaxFilters && (group_count_ == 0 || group_count_ < block_count_);
}

Answer IssuerBlob::Evaluate(const IssuerSpkiHash& issuer, Bytes serial, const uint64_t* mask,
                            uint16_t* filter) const {
  if (block_count_ == 0) return Answer::kNotRevoked;
  const EquationKey key = MakeEquationKey(issuer, serial);
  Evaluator evaluator(blob_, strips_, key, serial);
  // Asks block i, if its filter is among those of the mask.
  const auto ask = [&](size_t i, bool has_passed_quad) {
    const Descriptor d(descriptors_.data() + i * kDescriptorSize);
    const Row row(rows_.data() + i * kRowSize);
    if (d.filter / 64 >= mask_words_) return Answer::kDamaged;
    if ((mask[d.filter / 64] >> (d.filter % 64) & 1) == 0) return Answer::kNotRevoked;
    const bool is_revoked =
        has_passed_quad ? evaluator.IsRevokedByRest(row, d) : evaluator.IsRevokedBySingle(row, d);
    if (evaluator.damaged()) return Answer::kDamaged;
    if (is_revoked) *filter = d.filter;
    return is_revoked ? Answer::kRevoked : Answer::kNotRevoked;
  };

  // The largest block, nearly always the full filter's: it knows most revocations.
  Answer answer = ask(0, false);
  if (answer != Answer::kNotRevoked) return answer;
  if (group_count_ != 0) {
    uint16_t survivors[kMaxFilters];
    size_t num_survivors;
    const Bytes rows = rows_.subspan(kRowSize, group_count_ * kRowSize);
    if (!TestQuads(blob_, rows, key.position, QuadKeys(key), survivors, &num_survivors)) {
      return Answer::kDamaged;
    }
    for (size_t i = 0; i < num_survivors && answer == Answer::kNotRevoked; ++i) {
      answer = ask(size_t{1} + survivors[i], true);
    }
  }
  for (size_t i = 1 + group_count_; i < block_count_ && answer == Answer::kNotRevoked; ++i) {
    answer = ask(i, false);
  }
  return answer;
}

}  // namespace crlite
