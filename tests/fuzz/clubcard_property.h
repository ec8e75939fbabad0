// What a clubcard file that a reader accepts must satisfy; for the targets of both encodings.
#pragma once

#include <vector>

#include "cascade/filter/clubcard.h"
#include "tests/fuzz/property.h"
#include "tests/reference/random_clubcard.h"

namespace crlite {

struct Encoding {
  Result<std::unique_ptr<Clubcard>> (*read)(Bytes);
  Result<std::vector<uint8_t>> (*write)(const Clubcard&);
};
inline constexpr Encoding kClubcardV3 = {ReadClubcardV3, WriteClubcardV3};
inline constexpr Encoding kClubcardV4 = {ReadClubcardV4, WriteClubcardV4};

inline Bytes PackedSerial(const SerialList& list, uint64_t number) {
  ByteReader reader(list.packed);
  Bytes serial;
  for (SerialList::ReadNext(&reader, &serial); number > 0; --number) {
    SerialList::ReadNext(&reader, &serial);
  }
  return serial;
}

// An issuer, a serial (one of the exceptions, if it comes so) and timestamps around an interval.
inline OwnedQuery QueryOf(const Clubcard& clubcard, Choices* choices) {
  OwnedQuery query = RandomQuery({&clubcard}, choices);
  if (clubcard.blocks.empty() || choices->OneIn(16)) return query;
  const ClubcardBlock& block = clubcard.blocks[choices->Below(clubcard.blocks.size())];
  query.issuer = block.issuer;
  if (block.exceptions.count > 0 && choices->OneIn(2)) {
    const Bytes serial = PackedSerial(block.exceptions, choices->Below(block.exceptions.count));
    query.serial.assign(serial.begin(), serial.end());
  }
  return query;
}

// Reads what `encoding` writes of `clubcard`.
inline std::unique_ptr<const Clubcard> Reread(const Clubcard& clubcard, const Encoding& encoding) {
  const auto file = encoding.write(clubcard);
  CRLITE_PROPERTY(file.ok(), file.error().message);
  auto again = encoding.read(*file);
  CRLITE_PROPERTY(again.ok(), again.error().message);
  return std::move(*again);
}

// Accepted: the reference accepts it too; written again, in this encoding and the other, it reads
// as the same model (shown by equal bytes) and answers every query as the reference does.
inline void CheckClubcardFile(Bytes file, const Encoding& encoding, const Encoding& other) {
  const auto read = encoding.read(file);
  if (!read.ok()) return;
  const Clubcard& clubcard = **read;
  const auto reference = crlite_reference::Read(std::string(file.begin(), file.end()));
  CRLITE_PROPERTY(reference.has_value(), "the reference refuses it");
  const auto again = Reread(clubcard, encoding), converted = Reread(clubcard, other);
  CRLITE_PROPERTY(*encoding.write(*again) == *encoding.write(clubcard), "written again");
  CRLITE_PROPERTY(*encoding.write(*converted) == *encoding.write(clubcard), "there and back");

  Choices choices(LoadLe64(Sha256::Hash(file).bytes));
  for (int i = 0; i < 32; ++i) {
    const OwnedQuery query = QueryOf(clubcard, &choices);
    const int wanted = static_cast<int>(Ask(*reference, query.ForReference()));
    for (const Clubcard* asked : {&clubcard, &*again, &*converted}) {
      const int answer = static_cast<int>(asked->Ask(query.View()));
      CRLITE_PROPERTY(answer == wanted, query.ToString());
    }
  }
}

}  // namespace crlite
