// From the options of `crlite exempt add` to an exemption.
#pragma once

#include <string>

#include "conf/exemptions.h"

namespace crlite {

struct ExemptAddOptions {
  std::string cert;         // --cert: a file
  std::string issuer_spki;  // --issuer-spki
  std::string serial;       // --serial
  std::string leaf_spki;    // --leaf-spki
  std::string reason;
  std::string until;
};

// Errors are kUsage, and those of reading the certificates.
Result<Exemption> ExemptionFromOptions(const ExemptAddOptions& options, uint64_t now_ms);

}  // namespace crlite
