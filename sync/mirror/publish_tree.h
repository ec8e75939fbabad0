// The tree of static files that crlite-mirror keeps for any web server (docs/formats.md, "Mirror").
#pragma once

#include <chrono>
#include <string>

#include "cascade/base/result.h"
#include "sync/offer/offer.h"
#include "sync/store/filter_store.h"

namespace crlite {

struct TreeOptions {
  std::string folder;                                   // exists, and holds nothing else
  std::string record;                                   // file of RemoveSuperseded, outside of it
  std::string comment;                                  // of manifest.json
  std::chrono::seconds keep = std::chrono::hours(168);  // superseded files, from that moment on
};

struct TreeChange {
  size_t files = 0, patches = 0;  // newly written
  size_t removed = 0;
  bool is_new = false;  // whether the lists were replaced
};

// Publishes `offer`, whose proof was verified and whose files are in `store`: first the files, each
// with the patch that makes it from the one before, and the chain, then changeset.json, then
// manifest.json. Each is complete before it gets its name, and what clients of the state before may
// still ask for stays for `keep`. Whatever fails, the lists that were published go on to name files
// that are there (with other bytes, though, where a name has returned, which Remote Settings' never
// do). What is there already and whole is left alone, with its time; what is damaged is
// replaced. One publication at a time.
Result<TreeChange> PublishTree(const Offer& offer, const FilterStore& store,
                               const TreeOptions& options, uint64_t now_ms);

}  // namespace crlite
