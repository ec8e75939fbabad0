// What crlite-sync does: fetch, publish, verify.
//
// The three share the state directory and nothing else: publish and verify believe only what they
// have hashed themselves. Every failure leaves the published data in force.
#pragma once

#include <vector>

#include "cascade/base/result.h"
#include "cascade/filter/clubcard.h"
#include "cascade/reader/snapshot.h"
#include "conf/config.h"
#include "sync/console.h"
#include "sync/fetcher.h"
#include "sync/offer.h"

namespace crlite {

struct SyncOptions {
  bool dry_run = false;  // say what would be done, change nothing
  bool force = false;    // do it although nothing is new, or although the data is older
  Fetcher::TimeLimits time_limits = {};  // of each source
};

// Brings the files of the first of config.sources that has verified data, and that is not older
// than what is in force, to <state>/incoming. kUnavailable when there is none; each failure of one
// is a warning. Takes the lock of incoming/.
Status Fetch(const Config& config, const SyncOptions& options, Console* console);

// Compiles what was fetched, else what is in force, else the policy alone, and puts it in force.
// What was fetched and cannot be used is a warning if something is in force, else kMalformed. Does
// nothing when that would change nothing. Takes the lock of the state directory.
Status Publish(const Config& config, const SyncOptions& options, Console* console);

// Hashes what is in force: every filter, and the snapshot's body. kUnavailable when there is
// nothing.
Status Verify(const Config& config, Console* console);

// The filter in `content`, which must be a clubcard: nothing else says which certificates it
// covers.
Result<std::unique_ptr<Clubcard>> ReadPublishable(const OfferedFile& file, Bytes content);

// Refuses an offer whose data is older than what is in force.
Status CheckNotOlder(const Offer& offer, const Offer& current);

// Whether the snapshot holds exactly the files of the offer, in its order.
bool IsCompiledFrom(const Snapshot& snapshot, const Offer& offer);

}  // namespace crlite
