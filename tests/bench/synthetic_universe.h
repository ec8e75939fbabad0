// A universe of real size out of a short plan: serials are a function of issuer and number, so that
// hundreds of millions of them need no memory.
//
// Everything here is deterministic: the same plan gives the same bytes on every machine.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/builder/universe.h"
#include "cascade/filter/clubcard.h"

namespace crlite::bench {

using SyntheticSerial = std::array<uint8_t, 16>;

// Serial `counter` of issuer `number`.
SyntheticSerial MakeSerial(uint64_t number, uint64_t counter);

struct PlannedIssuer {
  // A real certificate that is known besides the synthetic ones.
  struct RealCertificate {
    std::vector<uint8_t> serial;
    std::optional<size_t> revoked_in;  // a filter; nothing: never
  };

  uint64_t number = 0;  // for MakeSerial
  IssuerSpkiHash issuer;
  uint64_t num_known = 0;  // serials 0 .. num_known - 1
  // How many serials filter k (0: the full one, k: delta k) is the first to revoke. They follow
  // upon those of filter k - 1; the full filter's begin with serial 0.
  std::vector<uint64_t> num_revoked;
  std::optional<RealCertificate> real;

  // The number of the first serial that filter `k` revokes. `k` up to num_revoked.size(): the
  // number of those that any revokes.
  uint64_t FirstRevoked(size_t k) const;
};

struct Plan {
  std::vector<PlannedIssuer> issuers;  // in the order of `number`
  size_t num_deltas() const { return issuers.empty() ? 0 : issuers[0].num_revoked.size() - 1; }
};

// A plan file: lines "<number> <SPKI hash> <known> <revoked> [<serial>:<filter>]"; filter -1 means
// never. Deltas are those of the filters in `revocation` beside the file: its reference builder
// gives a block of r revocations floor(1.02 r) positions, which tells r.
Result<Plan> ReadPlan(const std::string& path);

// A plan of its own: 1,003 issuers, about 300 million known and 10 million revoked serials, and
// about 38,800 more revocations in each of 60 deltas; one issuer has 60 % of all.
Plan MakePlan();

// Every number divided by `divisor`, each issuer keeping one known serial at least, and only
// `num_deltas` deltas (no more than there are).
Plan Scaled(Plan plan, uint64_t divisor, size_t num_deltas);

// What is known and revoked when filter `k` is made: all that filters 0 .. k revoke.
Universe UniverseAt(const Plan& plan, size_t k);
// The same with those revocations alone that filter `k` is the first to know of. A full filter of
// this is, to the byte, the delta from filter k - 1 to filter k.
Universe NewsOf(const Plan& plan, size_t k);

// 55 logs. Filter `k` covers times from kCoveredFrom to 12 hours later than the filter before.
inline constexpr uint64_t kCoveredFrom = 1'700'000'000'000;
std::vector<CoverageInterval> CoverageAt(size_t k);

}  // namespace crlite::bench
