#include "tests/reference/random_clubcard.h"

#include <algorithm>

#include "cascade/base/hex.h"

namespace crlite {
namespace {

constexpr uint64_t kNoon = 1'700'000'000'000;  // where ordinary intervals lie, ms

uint64_t RandomTime(Choices* choices) {
  switch (choices->Below(6)) {
    case 0:
      return 0;
    case 1:
      return ~uint64_t{0};
    case 2:
      return choices->Any64();
    default:
      return kNoon + choices->Below(1000);
  }
}

// Small numbers often, those around a multiple of 64 too, huge ones now and then.
uint32_t RandomPosition(Choices* choices) {
  switch (choices->Below(8)) {
    case 0:
      return 0;
    case 1:
      return static_cast<uint32_t>(choices->Below(4));
    case 2:
      return static_cast<uint32_t>(62 + 64 * choices->Below(4) + choices->Below(4));
    case 3:
      return static_cast<uint32_t>(~uint32_t{0} - choices->Below(300));
    case 4:
      return static_cast<uint32_t>(choices->Below(uint64_t{1} << 32));
    default:
      return static_cast<uint32_t>(choices->Below(2000));
  }
}

BitColumn RandomColumn(Choices* choices) {
  BitColumn column(choices->OneIn(4) ? 0 : choices->Below(24));
  const uint64_t density = choices->Below(4);  // sparse columns let many queries pass
  for (uint64_t& word : column) {
    word = choices->Any64();
    for (uint64_t i = 0; i < density; ++i) word &= word << 7 ^ word >> 9;
  }
  return column;
}

ClubcardBlock RandomBlock(size_t num_columns, const std::vector<ClubcardBlock>& others,
                          Choices* choices) {
  ClubcardBlock block{};
  if (!others.empty() && choices->OneIn(4)) {  // a shared region
    block = others[choices->Below(others.size())];
    block.exceptions = {};
  } else {
    block.approx_m = RandomPosition(choices);
    block.approx_offset = RandomPosition(choices);
    block.exact_m = RandomPosition(choices);
    block.exact_offset = RandomPosition(choices);
    block.rank = static_cast<uint8_t>(choices->Below(num_columns + 1));
  }
  block.inverted = choices->OneIn(3);
  std::vector<std::vector<uint8_t>> exceptions;
  for (uint64_t n = choices->Below(4); n > 0; --n) {
    exceptions.push_back(SerialNumber(choices->Below(kNumSerials)));
  }
  std::sort(exceptions.begin(), exceptions.end());
  exceptions.erase(std::unique(exceptions.begin(), exceptions.end()), exceptions.end());
  for (const auto& serial : exceptions) block.exceptions.Add(serial);
  return block;
}

template <typename T>
void FlipOneBit(T* bytes, size_t size, Choices* choices) {
  (*bytes)[choices->Below(size)] ^= static_cast<uint8_t>(1u << choices->Below(8));
}

Sct RandomSct(const std::vector<const Clubcard*>& filters, Choices* choices) {
  Sct sct = {LogNumber(choices->Below(kNumLogs + 1)), RandomTime(choices)};
  if (filters.empty() || choices->OneIn(4)) return sct;
  const Clubcard& filter = *filters[choices->Below(filters.size())];
  if (filter.coverage.empty()) return sct;
  const CoverageInterval& interval = filter.coverage[choices->Below(filter.coverage.size())];
  const uint64_t bound = choices->OneIn(2) ? interval.low_ms : interval.high_ms;
  return {interval.log, bound + choices->Below(3) - 1};  // wraps around at both ends
}

}  // namespace

IssuerSpkiHash IssuerNumber(size_t i) {
  IssuerSpkiHash issuer{};
  // Neighbours share the first bytes, so that prefixes alone do not tell them apart.
  issuer.bytes[0] = static_cast<uint8_t>(i / 3 * 85);
  issuer.bytes[kHashSize - 1] = static_cast<uint8_t>(i);
  return issuer;
}

LogId LogNumber(size_t i) {
  LogId log{};
  log.bytes[i % 2 == 0 ? 0 : kHashSize - 1] = static_cast<uint8_t>(i);
  return log;
}

std::vector<uint8_t> SerialNumber(size_t i) {
  const size_t length = i == 0 ? 255 : i % 4 == 0 ? i / 4 : 8 + i % 13;
  std::vector<uint8_t> serial(length, static_cast<uint8_t>(i % 4 == 0 ? 7 : i));
  if (i % 5 == 0) serial[0] = 0;
  return serial;
}

Clubcard RandomClubcard(Choices* choices) {
  Clubcard clubcard;
  clubcard.format = choices->OneIn(2) ? Clubcard::Format::kV3 : Clubcard::Format::kV4;
  for (size_t i = 0; i < kNumLogs; ++i) {
    if (choices->OneIn(3)) continue;
    uint64_t low = RandomTime(choices), high = RandomTime(choices);
    if (low > high && !choices->OneIn(8)) std::swap(low, high);
    clubcard.coverage.push_back({LogNumber(i), low, high});
  }
  // The largest rank must equal the number of columns (docs/formats.md, "V4 body").
  // Half of them with more columns than a quad of the snapshot has.
  const size_t most_columns = choices->OneIn(2) ? 4 + choices->Below(6) : choices->Below(4);
  size_t num_columns = 0;
  for (size_t i = 0; i < kNumIssuers; ++i) {
    if (choices->OneIn(3)) continue;
    ClubcardBlock block = RandomBlock(most_columns, clubcard.blocks, choices);
    block.issuer = IssuerNumber(i);
    num_columns = std::max<size_t>(num_columns, block.rank);
    clubcard.blocks.push_back(std::move(block));
  }
  for (size_t i = 0; i < num_columns; ++i) clubcard.columns.push_back(RandomColumn(choices));
  clubcard.exact = RandomColumn(choices);
  std::sort(clubcard.coverage.begin(), clubcard.coverage.end(),
            [](const auto& a, const auto& b) { return a.log < b.log; });
  std::sort(clubcard.blocks.begin(), clubcard.blocks.end(),
            [](const auto& a, const auto& b) { return a.issuer < b.issuer; });
  return clubcard;
}

OwnedQuery RandomQuery(const std::vector<const Clubcard*>& filters, Choices* choices) {
  OwnedQuery query;
  query.issuer = IssuerNumber(choices->Below(kNumIssuers));
  if (choices->OneIn(16)) FlipOneBit(&query.issuer.bytes, kHashSize, choices);
  query.serial = SerialNumber(choices->Below(kNumSerials));
  if (choices->OneIn(2)) FlipOneBit(&query.serial, query.serial.size(), choices);
  for (uint64_t n = choices->Below(5); n > 0; --n) {
    query.scts.push_back(RandomSct(filters, choices));
  }
  return query;
}

crlite_reference::Query OwnedQuery::ForReference() const {
  auto text = [](Bytes bytes) { return std::string(bytes.begin(), bytes.end()); };
  crlite_reference::Query query{text(issuer.bytes), text(serial), {}};
  for (const Sct& sct : scts) query.scts.push_back({text(sct.log.bytes), sct.timestamp_ms});
  return query;
}

std::string OwnedQuery::ToString() const {
  std::string text = ToHex(issuer.bytes) + "\t" + ToHex(serial) + "\t";
  for (const Sct& sct : scts) {
    if (&sct != &scts[0]) text += ",";
    text += ToHex(sct.log.bytes) + ":" + std::to_string(sct.timestamp_ms);
  }
  return text;
}

}  // namespace crlite
