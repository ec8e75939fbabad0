// What `crlite enable` and `crlite disable` have to say.
#pragma once

#include <string>
#include <vector>

#include "cli/admin/cnf_file.h"

namespace crlite {

struct CnfAnswer {
  bool is_enabled = false;         // openssl.cnf activates the module now; with `diff`: would
  bool is_changed = false;         // by this run
  std::string backup;              // the file as it was; empty: none was made, or it is gone
  std::string diff;                // of a dry run, unified; empty: there is nothing to change
  std::vector<std::string> lines;  // for people
};

// Prints the answer, as lines and diff or as a JSON document. Returns the exit code, 0.
int PrintAnswer(const CnfFile& file, const CnfAnswer& answer, bool json);

}  // namespace crlite
