// What crlite-sync does: fetch, publish, verify, export.
//
// They share the state directory and nothing else: publish, verify and export believe only what
// they have checked themselves. Every failure leaves the published data in force.
#pragma once

#include <memory>
#include <string>

#include "cascade/base/result.h"
#include "cascade/filter/clubcard.h"
#include "cascade/reader/snapshot.h"
#include "conf/config.h"
#include "sync/acceptance.h"
#include "sync/console.h"
#include "sync/offer/offer.h"
#include "sync/run_record.h"
#include "sync/transfer/fetcher.h"

namespace crlite {

struct SyncOptions {
  bool dry_run = false;  // say what would be done, change nothing
  bool force = false;    // do it although nothing is new
  Allowances allow;
  Fetcher::TimeLimits time_limits = {};  // of each source
};

// Brings the files of the first of config.sources that has acceptable data to <state>/incoming.
// kUnavailable when there is none; each failure of one is a warning. Takes the lock of incoming/.
// `record` is filled in.
Status Fetch(const Config& config, const SyncOptions& options, Console* console, RunRecord* record);

// Compiles what was fetched, else what is in force, else the policy alone, with the exemptions that
// have not ended, and puts it in force.
// What was fetched is judged again: its proof, its hashes, its age. If it cannot be used, the rest
// is done all the same, and the error is kUnavailable if something is in force, else kMalformed.
// Does nothing when that would change nothing.
// Takes the lock of the state directory. `record` is filled in.
Status Publish(const Config& config, const SyncOptions& options, Console* console,
               RunRecord* record);

// Hashes what is in force: every filter, and the snapshot's body. kUnavailable when there is
// nothing.
Status Verify(const Config& config, Console* console);

// Writes what is in force, which must be signed, to the capsule `path`.
Status Export(const Config& config, const SyncOptions& options, const std::string& path,
              Console* console);

// Makes `folder` a cache for upki's clients of what is in force, signed or not: they could not tell
// (sync/upki/upki_cache.h).
Status ExportToUpki(const Config& config, const SyncOptions& options, const std::string& folder,
                    Console* console);

// The filter in `content`, which must be a clubcard: nothing else says which certificates it
// covers.
Result<std::unique_ptr<Clubcard>> ReadPublishable(const OfferedFile& file, Bytes content);

// Whether the snapshot holds exactly the files of the offer, in its order.
bool IsCompiledFrom(const Snapshot& snapshot, const Offer& offer);

}  // namespace crlite
