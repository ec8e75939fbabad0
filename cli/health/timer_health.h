// Whether something keeps the data fresh.
#pragma once

#include <vector>

#include "cli/health/data_health.h"

namespace crlite {

// The timer of systemd: enabled (which can be told without a running systemd, in a chroot or an
// image), and where systemd runs: active, and its last run not failed. Without systemd, or without
// the unit, only that the data is fresh can be known.
std::vector<Finding> JudgeTimer(const DataReport& data);

}  // namespace crlite
