// What the last fetch and the last publication came to, for `crlite status` and for metrics.
//
// <state>/incoming/last-fetch.json is written by whoever fetches, <state>/last-publish.json by
// whoever publishes (docs/formats.md, "Run records"). Neither decides anything, but for the pauses
// that servers have asked for.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cascade/base/result.h"
#include "cascade/snapshot/state_directory.h"
#include "sync/transfer/fetcher.h"

namespace crlite {

struct RunRecord {
  uint64_t started_ms = 0, ended_ms = 0;  // since the epoch
  uint64_t last_success_ms = 0;           // end of the last run that did what it should; 0: none
  int exit_status = 0;
  std::string message;        // of the error; empty after a success
  std::string source;         // of the data that the run ended with; empty: none
  bool is_signed = false;     // whether a signature vouches for it
  uint64_t data_time_ms = 0;  // its own age
  uint64_t generation = 0;    // in force; publish only
  Traffic traffic;            // fetch only
  // By SourceSpec: the server wants no request before.
  std::map<std::string, uint64_t> not_before_ms;
};

// Where the records of a state directory lie.
std::string FetchRecordPath(const StatePaths& paths);
std::string PublishRecordPath(const StatePaths& paths);

nlohmann::ordered_json RunRecordToJson(const RunRecord& record);

// nullopt: no such run yet, or a record that cannot be read.
std::optional<RunRecord> ReadRunRecord(const std::string& path);

// Fills in the end of a run that came to `done`, with what the record before it, at `path`, says of
// the last success, and replaces that. Not synced to the disk, and its failure ignored: a record
// that is lost is no loss.
void FinishRun(const std::string& path, const Status& done, RunRecord* record);

}  // namespace crlite
