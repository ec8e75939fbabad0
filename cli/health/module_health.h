// The module's file: whether every program finds it, may read it, and what it does once loaded.
#pragma once

#include <string>
#include <vector>

#include "cli/health/finding.h"
#include "cli/health/openssl_health.h"
#include "cli/health/probe.h"

namespace crlite {

// `probe`: what a process learnt that read this openssl.cnf; null: it came to nothing.
// `snapshot`: the file that crlite-sync writes. Says nothing of a module that openssl.cnf does not
// activate.
std::vector<Finding> JudgeModule(const OpensslReport& openssl, const ProbeResult* probe,
                                 const std::string& snapshot);

}  // namespace crlite
