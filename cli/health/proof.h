// The proof: that a program on this machine accepts a good certificate and refuses a revoked one.
#pragma once

#include <vector>

#include "cli/health/finding.h"
#include "cli/health/probe.h"

namespace crlite {

// `who`: "this user", "user nobody". `mend`: the first command that an earlier finding has given,
// for the proof fails because of it; empty: there is none, and what is left is damaged data.
std::vector<Finding> JudgeProof(const std::string& who, const Result<ProbeResult>& probe,
                                const std::string& mend, const std::string& publish);

}  // namespace crlite
