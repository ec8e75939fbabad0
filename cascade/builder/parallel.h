// Work on all cores.
#pragma once

#include <functional>

#include "cascade/base/result.h"

namespace crlite {

// Calls task(0) ... task(count - 1), on `threads` threads (at least 1) and in no certain order.
// After a failure no further task is begun; the failure with the lowest number is returned.
Status ParallelFor(size_t count, unsigned threads, const std::function<Status(size_t)>& task);

// The number of threads that this process may use at the same time.
unsigned NumCores();

}  // namespace crlite
