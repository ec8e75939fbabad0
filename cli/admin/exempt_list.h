// What `crlite exempt list` shows.
#pragma once

#include "cli/admin/exempt_change.h"

namespace crlite {

// Prints the exemptions of the file, and which of them the snapshot has. Returns the exit code.
int ListExemptions(const ExemptPlace& place, bool has_json);

}  // namespace crlite
