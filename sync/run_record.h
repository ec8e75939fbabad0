// What the last fetch and the last publication came to, for `crlite status` and for metrics.
//
// <state>/incoming/last-fetch.json is written by whoever fetches, <state>/last-publish.json by
// whoever publishes (docs/formats.md, "Run records"). Neither decides anything, but for the pauses
// that servers have asked for.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cascade/base/result.h"
#include "sync/transfer/fetcher.h"

namespace crlite {

struct RunRecord {
  uint64_t started_ms = 0, ended_ms = 0;  // since the epoch
  uint64_t last_success_ms = 0;           // end of the last run that did what it should; 0: none
  int exit_status = 0;
  std::string message;                            // of the error; empty after a success
  std::string source;                             // that gave data
  bool is_signed = false;                         // whether a signature vouches for it
  uint64_t data_time_ms = 0;                      // of the data that the run ended with
  uint64_t generation = 0;                        // publish only
  Traffic traffic;                                // fetch only
  std::map<std::string, uint64_t> not_before_ms;  // by SourceSpec: the server wants no request
                                                  // before
};

// nullopt: no such run yet, or a record that cannot be read.
std::optional<RunRecord> ReadRunRecord(const std::string& path);
// Not synced to the disk: a record that a crash loses is no loss.
Status WriteRunRecord(const std::string& path, const RunRecord& record);

}  // namespace crlite
