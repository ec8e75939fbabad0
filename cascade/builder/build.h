// Makes a clubcard from a universe (docs/formats.md, "Building").
#pragma once

#include <cstdint>
#include <vector>

#include "cascade/builder/elimination.h"
#include "cascade/builder/reasons.h"
#include "cascade/builder/revset.h"
#include "cascade/builder/universe.h"
#include "cascade/filter/clubcard.h"

namespace crlite {

// Told how a build comes on. Called from several threads at once.
class BuildObserver {
 public:
  virtual ~BuildObserver() = default;
  // A pass over `total` units of known serials begins (units as in IssuerSource::PartSize).
  virtual void BeginPass(const char* name, uint64_t total) = 0;
  virtual void Advance(uint64_t units) = 0;
};

struct BuildOptions {
  ReasonSet reasons = ReasonSet::kAll;
  Clubcard::Format format = Clubcard::Format::kV4;
  // When not null the filter is a delta: it lists all issuers, but revocations that are in here
  // count as not revoked.
  const Revset* previous = nullptr;
  bool wants_revset = false;
  unsigned threads = 1;               // the result does not depend on it
  BuildObserver* observer = nullptr;  // may be null
  EliminationEffort approximate_effort, exact_effort;
};

struct BuildSummary {
  size_t num_issuers = 0;    // in the index
  size_t num_left_out = 0;   // known issuers without revocation data
  uint64_t num_known = 0;    // serials, repetitions included
  uint64_t num_revoked = 0;  // what the filter encodes as revoked
  uint64_t num_exceptions = 0;
};

struct BuildResult {
  std::vector<uint8_t> content;  // the filter file
  BuildSummary summary;
  Revset revset;  // if wanted: all revoked and known serials of the reason set
};

// Reproducible: the same serials give the same bytes, whatever their order. Has read the bytes back
// and asked them about every known serial before it returns; a wrong answer is kInternal.
// `coverage`: no log twice.
Result<BuildResult> BuildClubcard(const Universe& universe, std::vector<CoverageInterval> coverage,
                                  const BuildOptions& options);

}  // namespace crlite
