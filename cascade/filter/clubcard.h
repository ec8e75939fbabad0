// A clubcard: ribbon filters for all issuers in one file (docs/formats.md, "Clubcard").
//
// One model, two encodings: clubcard_v3.cc and clubcard_v4.cc read and write it.
#pragma once

#include <vector>

#include "cascade/filter/filter.h"
#include "cascade/reader/equation.h"

namespace crlite {

// Limits of every clubcard that this project reads (docs/formats.md, "Parser rules").
inline constexpr size_t kMaxCoverageEntries = 4096;
inline constexpr size_t kMaxClubcardIssuers = 65535;
inline constexpr size_t kMaxExceptionsPerBlock = 65535;
inline constexpr size_t kMaxSerialSize = 255;

struct CoverageInterval {
  LogId log;
  uint64_t low_ms, high_ms;  // both inclusive; low > high covers nothing
};

// Serials in one string, each behind its length: count x { u8 length 1..255, bytes }.
struct SerialList {
  std::vector<uint8_t> packed;
  uint32_t count = 0;

  void Add(Bytes serial);  // serial.size() in 1..255
  bool Contains(Bytes serial) const;
  // Calls visit(Bytes serial) for each, in the order of Add.
  template <typename Visit>
  void ForEach(Visit visit) const {
    ByteReader reader(packed);
    for (Bytes serial; ReadNext(&reader, &serial);) visit(serial);
  }
  // Reads one serial off `reader`, which walks over `packed`. False at the end.
  static bool ReadNext(ByteReader* reader, Bytes* serial) {
    uint8_t length = 0;
    return reader->ReadU8(&length) && reader->ReadBytes(length, serial);
  }
};

// One issuer's part. Positions and offsets are in bits.
struct ClubcardBlock {
  IssuerSpkiHash issuer;
  uint32_t approx_m = 0, approx_offset = 0;
  uint32_t exact_m = 0, exact_offset = 0;
  uint8_t rank = 0;  // approximate columns that speak about this issuer: 0 .. rank-1
  bool inverted = false;
  SerialList exceptions{};
};

// A column of bits: bit i is (words[i / 64] >> (i % 64)) & 1, and 0 behind the end.
using BitColumn = std::vector<uint64_t>;

class Clubcard final : public Filter {
 public:
  enum class Format { kV3, kV4 };

  Format format = Format::kV3;             // the encoding it was read from
  size_t file_size = 0;                    // bytes; 0 when it was not read from a file
  std::vector<CoverageInterval> coverage;  // ascending by log, no log twice
  std::vector<ClubcardBlock> blocks;       // ascending by issuer, no issuer twice
  std::vector<BitColumn> columns;          // approximate columns; at least the largest rank
  BitColumn exact;

  FilterStatus Ask(const Query& query) const override;
  bool Covers(const Sct& sct) const override;
  FilterDescription Describe() const override;

  const ClubcardBlock* FindBlock(const IssuerSpkiHash& issuer) const;
  // Whether `block` counts the key's certificate as revoked.
  bool IsRevoked(const ClubcardBlock& block, const EquationKey& key, Bytes serial) const;
};

// Inner product of the key's coefficients with the 256 bits of `column` from bit `start` on.
bool InnerProduct(const uint64_t coefficients[4], const BitColumn& column, uint64_t start);

// Readers. `content` begins with the two version bytes; strict rules of docs/formats.md. Messages
// name field, value and offset.
Result<std::unique_ptr<Clubcard>> ReadClubcardV3(Bytes content);
Result<std::unique_ptr<Clubcard>> ReadClubcardV4(Bytes content);

// Writers. Refuse, never truncate, what the encoding cannot hold, and anything that a strict reader
// would refuse.
Result<std::vector<uint8_t>> WriteClubcardV3(const Clubcard& clubcard);
Result<std::vector<uint8_t>> WriteClubcardV4(const Clubcard& clubcard);

// The rules that both encodings share, for readers and writers: limits, order, uniqueness, ranks
// within the columns. Sorts coverage and blocks first when `sort` is set.
Status CheckClubcard(Clubcard* clubcard, bool sort);
Status CheckClubcard(const Clubcard& clubcard);

}  // namespace crlite
