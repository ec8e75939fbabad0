// What the journal is told about a finding.
#pragma once

#include "provider/check.h"

namespace crlite {

// Writes one line if the finding's decision asks for one, unless it comes from the self-test filter
// (docs/snapshot-format.md): what a self-test finds, whoever runs it has to tell.
void ReportFinding(const Finding& finding);

}  // namespace crlite
