// Files of a published tree that no list names any more, and since when.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "cascade/base/result.h"

namespace crlite {

// Notes in `record` (JSON) which of the tree's files, other than `current` (paths relative to
// `folder`), are superseded since `now_ms`, and deletes those that have been for `keep`, as well as
// what writers that died have left behind. Only names that the mirror gives are touched: filters
// (*.filter, *-filter, *.delta), chains and patches. A record that is damaged or lost delays
// deletions by `keep`, no more. Returns how many superseded files were deleted.
Result<size_t> RemoveSuperseded(const std::string& folder, const std::string& record,
                                const std::set<std::string>& current, std::chrono::seconds keep,
                                uint64_t now_ms);

}  // namespace crlite
