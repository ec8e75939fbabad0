// A universe on disk, as docs/formats.md, "Inputs", describes it: known/<issuer>, revoked/<issuer>.
#pragma once

#include <string>

#include "cascade/builder/universe.h"

namespace crlite {

// Lists both directories; file names are URL-safe base64, with padding, of the issuer's SPKI hash.
// A name that is something else is an error, and so is, later, a line that is malformed: messages
// name file and line. An issuer that is only in `revoked` is ignored; one that is only in `known`
// is counted in num_left_out.
Result<Universe> OpenUniverse(const std::string& known, const std::string& revoked);

}  // namespace crlite
