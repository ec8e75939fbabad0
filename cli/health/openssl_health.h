// The openssl.cnf that programs on this machine read, and whether it brings them the module.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/health/finding.h"
#include "conf/openssl_cnf/openssl_cnf.h"

namespace crlite {

struct OpensslReport {
  std::string path;               // the file, symbolic links followed
  std::string option;             // " --config FILE" for crlite enable; empty: not needed
  std::optional<OpensslCnf> cnf;  // nullopt: it cannot be read
  std::vector<Finding> findings;

  const CnfProvider* Crlite() const { return cnf.has_value() ? cnf->Find("crlite") : nullptr; }
  bool ActivatesModule() const { return Crlite() != nullptr && Crlite()->is_active; }
  // The command that removes a key of the module's section from the file.
  std::string RemoveKey(const std::string& key) const;
};

// `config`: the file; empty: what a program started here reads, which is then judged too, as is
// CRLITE_MODE. Loads nothing. `insists`: the policy does not let itself be weakened.
OpensslReport ReadOpensslReport(const std::string& config, bool insists);

// The first of the directories above `path`, and `path` itself, that other users than its owner
// cannot search or read; empty: none, or it does not exist.
std::string FirstHiddenFromOthers(const std::string& path);

}  // namespace crlite
