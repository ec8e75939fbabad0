// The state of this machine's data as a Prometheus text file, for node_exporter's textfile
// collector (docs/formats.md, "Metrics").
#pragma once

#include <string>

#include "cascade/base/result.h"
#include "cascade/snapshot/state_directory.h"

namespace crlite {

// The text, made from the snapshot and the run records of a state directory. What is unknown is
// left out.
std::string MetricsText(const StatePaths& paths);

// Replaces `path`, readable by all.
Status WriteMetrics(const StatePaths& paths, const std::string& path);

}  // namespace crlite
