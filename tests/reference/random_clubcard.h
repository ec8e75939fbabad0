// Clubcards that no builder would make, and queries that meet them: every value a reader has to
// accept, whether or not it makes sense.
#pragma once

#include <string>
#include <vector>

#include "cascade/filter/clubcard.h"
#include "tests/reference/choices.h"
#include "tests/reference/clubcard_reference.h"

namespace crlite {

// A small world, so that filters and queries meet: 12 issuers, 6 logs, 40 serials.
inline constexpr size_t kNumIssuers = 12, kNumLogs = 6, kNumSerials = 40;
IssuerSpkiHash IssuerNumber(size_t i);
LogId LogNumber(size_t i);
// 1 to 255 octets, some with a leading zero, some the beginning of another.
std::vector<uint8_t> SerialNumber(size_t i);

// A model that both formats can hold: columns of any length (0 too), positions up to 2^32-1,
// offsets inside, across and beyond the columns, regions shared by several issuers, empty,
// inverted and all-revoked blocks, coverage that covers nothing or everything.
Clubcard RandomClubcard(Choices* choices);

// Owns what a Query borrows.
struct OwnedQuery {
  IssuerSpkiHash issuer;
  std::vector<uint8_t> serial;
  std::vector<Sct> scts;

  Query View() const { return {issuer, serial, scts}; }
  crlite_reference::Query ForReference() const;
  std::string ToString() const;  // a line of `crlite query`
};

// Known and unknown issuers and serials (and such with one bit changed), 0 to 4 SCTs, timestamps at
// and beside the bounds of an interval of one of `filters`.
OwnedQuery RandomQuery(const std::vector<const Clubcard*>& filters, Choices* choices);

}  // namespace crlite
