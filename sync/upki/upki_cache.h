// The cache directory that upki's clients read (docs/formats.md, "upki cache").
#pragma once

#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/filter/clubcard.h"
#include "sync/offer/offer.h"

namespace crlite {

struct CachedFilter {
  OfferedFile file;
  std::vector<uint8_t> content;  // verified
  std::vector<CoverageInterval> coverage;
};

struct CacheChange {
  size_t written = 0, removed = 0;  // filters
};

// Makes `folder`/revocation a cache of these filters: the filters, then index.bin, then
// manifest.json, each whole before it gets its name; then deletes the filters that neither this
// manifest nor the list before names. So whenever it ends, the index there names files that are
// there, and a client that has read the index before still finds them. What is there already and
// whole is left alone; files that are no filters by their names stay.
//
// Makes both directories if they are missing. They must be this user's own, and nobody else may
// write there: whoever could would have us follow his links. Failures are kIo, or kMalformed for a
// filter whose name the cache has another use for; nothing was written then.
Result<CacheChange> WriteUpkiCache(const std::string& folder, const Offer& offer,
                                   const std::vector<CachedFilter>& filters,
                                   const std::string& comment);

}  // namespace crlite
