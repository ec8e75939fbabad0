// Ages that users read. Times: cascade/base/text.h.
#pragma once

#include <cstdint>
#include <string>

namespace crlite {

// "3 days", "5 hours", "1 minute", "0 seconds": rounded down to the largest unit.
std::string FormatAge(uint64_t seconds);

}  // namespace crlite
