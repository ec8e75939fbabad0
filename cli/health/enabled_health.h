// Whether openssl.cnf activates the module.
#pragma once

#include <string>
#include <vector>

#include "cli/health/finding.h"

namespace crlite {

struct EnabledReport {
  std::string path;  // of openssl.cnf
  bool is_active = false;
  std::vector<Finding> findings;  // that it is active, or why not and what to do
};

// Reads the openssl.cnf that a program gets which says nothing else (OPENSSL_CONF, else the
// system's). Loads nothing: only `crlite doctor` knows whether the module really works.
EnabledReport ReadEnabledReport();

}  // namespace crlite
