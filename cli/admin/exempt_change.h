// Changing the list of exemptions, and putting the change in force.
#pragma once

#include <string>
#include <vector>

#include "conf/exemptions.h"

namespace crlite {

// Where `crlite exempt` works.
struct ExemptPlace {
  std::string config_path;  // --config; empty: the default one
  std::string state_dir;    // --state; empty: the configured one
  bool has_publish = true;  // --no-publish
  bool json = false;        // --json

  std::string exemptions_path() const;
  // "crlite-sync publish" with the options that make it work here: to run, and for a shell.
  std::vector<std::string> PublishCommand() const;
  std::string PublishLine() const;
};

// Adds the exemption, or replaces the one with its key, publishes, and tells so on stdout. Returns
// the exit code, which is that of publishing if that fails: the file keeps the change then.
int AddExemption(const ExemptPlace& place, const Exemption& exemption);

// The same for taking one away, by its id.
int RemoveExemption(const ExemptPlace& place, const std::string& id);

// "serial 00da4f of issuer f11c...", or "every certificate of the key f11c...".
std::string WhatIsExempt(const Exemption& exemption);

}  // namespace crlite
