// What lies in the state directory, as every process on this machine sees it.
#pragma once

#include "cli/health/data_health.h"

namespace crlite {

// Fills in snapshot, marker, policy and state of `report`, whose paths are set, and adds what is
// wrong with them to its findings. Changes nothing on disk.
void JudgeState(uint64_t now_ms, DataReport* report);

}  // namespace crlite
