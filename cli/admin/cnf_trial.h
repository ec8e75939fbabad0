// Whether programs get on with a new openssl.cnf: tried before it is put in place.
#pragma once

#include <string>

#include "cli/health/probe.h"

namespace crlite {

// How a process fares with the file as it was (`before`; without members if even that one fails)
// and as it would be.
struct CnfTrial {
  ProbeResult before, after;

  // Whether `default` is missing where nothing else serves, or where it served before.
  bool LacksDefault() const;
};

// kConfiguration when no process ends well with `candidate`. `old_path`: /dev/null for no file.
Result<CnfTrial> TryCnf(const std::string& old_path, const std::string& candidate);

// kConfiguration, with the reason and what to try, unless default or fips and all providers that
// were active are active, the module is hooked, a handshake with a good server succeeds, and users
// who can read the file can read the module. `module`: its path in the file, or empty.
Status JudgeTrial(const CnfTrial& trial, const std::string& candidate, const std::string& module);

}  // namespace crlite
