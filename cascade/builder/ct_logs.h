// The Certificate Transparency coverage of a filter (docs/formats.md, "Inputs", ct-logs.json).
#pragma once

#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/filter/clubcard.h"

namespace crlite {

// Turns ct-logs.json, an array of {LogID, MinTimestamp, MaxTimestamp, MMD, MinEntry}, into coverage
// intervals, ascending by log. An interval ends one maximum merge delay before the newest entry
// and, unless the log was read from its first entry on, begins one after the oldest; a log whose
// interval is empty is left out. Every defect is an error that names array index and field, and so
// is a file that covers nothing: a filter from it would answer NotCovered to everything.
Result<std::vector<CoverageInterval>> ParseCtLogs(std::string_view json);

// The same from disk; errors name `path`.
Result<std::vector<CoverageInterval>> ReadCtLogs(const std::string& path);

}  // namespace crlite
