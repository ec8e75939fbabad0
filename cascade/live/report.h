// What the journal is told about a finding.
//
// Freestanding.
#pragma once

#include "cascade/live/finding.h"
#include "cascade/live/journal.h"

namespace crlite {

// Writes one line if the finding's decision asks for one, unless it comes from the self-test filter
// (docs/snapshot-format.md): what a self-test finds, whoever runs it has to tell.
void ReportFinding(const Finding& finding, Journal* journal);

}  // namespace crlite
