// What the journal is told about a finding.
#pragma once

#include "provider/check.h"

namespace crlite {

// Writes one line if the finding's decision asks for one.
void ReportFinding(const Finding& finding);

}  // namespace crlite
