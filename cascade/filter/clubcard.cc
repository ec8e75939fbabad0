#include "cascade/filter/clubcard.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>

#include "cascade/base/hex.h"

namespace crlite {
namespace {

// Binary search for `key` in `items`, which ascend by `member`.
template <typename Item, typename Key>
const Item* FindByKey(const std::vector<Item>& items, Key Item::*member, const Key& key) {
  const auto found =
      std::lower_bound(items.begin(), items.end(), key,
                       [member](const Item& item, const Key& k) { return item.*member < k; });
  return found != items.end() && (*found).*member == key ? &*found : nullptr;
}

template <typename Item, typename Key>
Status CheckAscending(const std::vector<Item>& items, Key Item::*member, const char* field) {
  for (size_t i = 1; i < items.size(); ++i) {
    const Key& key = items[i].*member;
    if (items[i - 1].*member < key) continue;
    const bool same = items[i - 1].*member == key;
    return MalformedError(fmt::format("clubcard: {} {} {}, each once and ascending is wanted",
                                      field, ToHex(key.bytes),
                                      same ? "occurs twice" : "follows a larger one"));
  }
  return Status::Ok();
}

Status CheckAtMost(const char* field, size_t value, size_t max) {
  if (value <= max) return Status::Ok();
  return MalformedError(fmt::format("clubcard: {} {}, at most {} allowed", value, field, max));
}

Status CheckBlock(const ClubcardBlock& block, size_t num_columns) {
  const auto error = [&block](const std::string& what) {
    return MalformedError(fmt::format("clubcard: issuer {}: {}", ToHex(block.issuer.bytes), what));
  };
  if (block.rank > num_columns) {
    return error(fmt::format("rank {}, there are {} columns", block.rank, num_columns));
  }
  if (block.exceptions.count > kMaxExceptionsPerBlock) {
    return error(fmt::format("{} exceptions, at most {} allowed", block.exceptions.count,
                             kMaxExceptionsPerBlock));
  }
  ByteReader reader(block.exceptions.packed);
  uint32_t count = 0;
  for (Bytes serial; SerialList::ReadNext(&reader, &serial) && !serial.empty();) ++count;
  if (!reader.AtEnd() || count != block.exceptions.count) {
    return error("malformed exceptions, serials of 1 to 255 bytes wanted");
  }
  return Status::Ok();
}

}  // namespace

void SerialList::Add(Bytes serial) {
  assert(!serial.empty() && serial.size() <= kMaxSerialSize);
  packed.push_back(static_cast<uint8_t>(serial.size()));
  packed.insert(packed.end(), serial.begin(), serial.end());
  ++count;
}

bool SerialList::Contains(Bytes serial) const {
  ByteReader reader(packed);
  for (Bytes listed; ReadNext(&reader, &listed);) {
    if (SameBytes(listed, serial)) return true;
  }
  return false;
}

bool InnerProduct(const uint64_t coefficients[4], const BitColumn& column, uint64_t start) {
  const uint64_t first = start / 64;
  const unsigned shift = static_cast<unsigned>(start % 64);
  if (first >= column.size()) return false;
  // Five words hold any 256 bits; what lies behind the column's end stays 0.
  uint64_t copy[5] = {};
  const uint64_t* window = column.data() + first;
  if (const size_t available = column.size() - static_cast<size_t>(first); available < 5) {
    std::copy_n(window, available, copy);
    window = copy;
  }
  uint64_t sum = 0;
  for (size_t j = 0; j < 4; ++j) {
    // Two shifts, because one by 64 (when `shift` is 0) would be undefined.
    const uint64_t word = window[j] >> shift | (window[j + 1] << 1) << (63 - shift);
    sum ^= word & coefficients[j];
  }
  return std::popcount(sum) % 2 != 0;
}

const ClubcardBlock* Clubcard::FindBlock(const IssuerSpkiHash& issuer) const {
  return FindByKey(blocks, &ClubcardBlock::issuer, issuer);
}

bool Clubcard::Covers(const Sct& sct) const {
  const CoverageInterval* interval = FindByKey(coverage, &CoverageInterval::log, sct.log);
  return interval != nullptr && interval->low_ms <= sct.timestamp_ms &&
         sct.timestamp_ms <= interval->high_ms;
}

bool Clubcard::IsRevoked(const ClubcardBlock& block, const EquationKey& key, Bytes serial) const {
  if (block.approx_m == 0) return block.inverted;  // the stored set is empty
  const uint64_t approx_start = key.Position(block.approx_m) + block.approx_offset;
  for (size_t k = 0; k < block.rank; ++k) {
    if (InnerProduct(key.a, columns[k], approx_start)) return block.inverted;
  }
  const uint64_t exact_start = key.Position(block.exact_m) + block.exact_offset;
  if (InnerProduct(key.a, exact, exact_start)) return block.inverted;
  return block.exceptions.Contains(serial) == block.inverted;
}

FilterStatus Clubcard::Ask(const Query& query) const {
  const bool covered = std::any_of(query.scts.begin(), query.scts.end(),
                                   [this](const Sct& sct) { return Covers(sct); });
  if (!covered) return FilterStatus::kNotCovered;
  const ClubcardBlock* block = FindBlock(query.issuer);
  if (block == nullptr) return FilterStatus::kNotEnrolled;
  const EquationKey key = MakeEquationKey(query.issuer, query.serial);
  return IsRevoked(*block, key, query.serial) ? FilterStatus::kRevoked : FilterStatus::kGood;
}

FilterDescription Clubcard::Describe() const {
  FilterDescription description;
  description.kind = format == Format::kV3 ? "clubcard v3" : "clubcard v4";
  description.file_size = file_size;
  for (const CoverageInterval& interval : coverage) {
    description.coverage.push_back({interval.log, interval.low_ms, interval.high_ms});
  }
  for (const ClubcardBlock& block : blocks) {
    description.issuers.push_back({block.issuer, block.approx_m, block.exact_m, block.rank,
                                   block.inverted, block.exceptions.count});
  }
  for (const BitColumn& column : columns) description.column_words.push_back(column.size());
  description.exact_words = exact.size();
  return description;
}

Status CheckClubcard(const Clubcard& clubcard) {
  const Status checks[] = {
      CheckAtMost("coverage entries", clubcard.coverage.size(), kMaxCoverageEntries),
      CheckAtMost("issuers", clubcard.blocks.size(), kMaxClubcardIssuers),
      CheckAscending(clubcard.coverage, &CoverageInterval::log, "log"),
      CheckAscending(clubcard.blocks, &ClubcardBlock::issuer, "issuer"),
  };
  for (const Status& check : checks) {
    if (!check.ok()) return check;
  }
  for (const ClubcardBlock& block : clubcard.blocks) {
    if (Status check = CheckBlock(block, clubcard.columns.size()); !check.ok()) return check;
  }
  return Status::Ok();
}

Status CheckClubcard(Clubcard* clubcard, bool sort) {
  if (sort) {
    std::sort(clubcard->coverage.begin(), clubcard->coverage.end(),
              [](const auto& a, const auto& b) { return a.log < b.log; });
    std::sort(clubcard->blocks.begin(), clubcard->blocks.end(),
              [](const auto& a, const auto& b) { return a.issuer < b.issuer; });
  }
  return CheckClubcard(*clubcard);
}

}  // namespace crlite
