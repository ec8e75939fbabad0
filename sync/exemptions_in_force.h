// What of exemptions.yaml goes into a snapshot.
#pragma once

#include <string>
#include <vector>

#include "cascade/reader/snapshot.h"
#include "cascade/snapshot/compiler.h"

namespace crlite {

// Those of the file that have not ended by `now_ms`. An empty path has none. Errors are
// kConfiguration.
Result<std::vector<SnapshotExemption>> ReadExemptionsInForce(const std::string& path,
                                                             uint64_t now_ms);

// Whether the snapshot holds these, each key once, and no other.
bool HoldsExactly(const Snapshot& snapshot, const std::vector<SnapshotExemption>& exemptions);

}  // namespace crlite
