// upki's index.bin: which filters cover which log (docs/formats.md, "upki cache").
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cascade/filter/clubcard.h"

namespace crlite {

inline constexpr char kUpkiIndexName[] = "index.bin";

struct IndexedFilter {
  std::string name;  // IsFileName
  std::vector<CoverageInterval> coverage;
};

// The bytes of index.bin for these filters, which are in the order of the manifest: at most
// kMaxOfferedFiles of them, with no log twice in one coverage.
std::vector<uint8_t> MakeUpkiIndex(const std::vector<IndexedFilter>& filters);

// The filters that such an index names; none in other bytes. Hostile bytes in: the names can be
// any.
std::set<std::string> NamesInUpkiIndex(Bytes index);

}  // namespace crlite
