// Times that users write (RFC 3339), and ages that they read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crlite {

// Seconds since the epoch of "2026-10-20T00:00:00Z", or with an offset such as "+02:00"; fractions
// of a second are dropped. False, leaving *out alone, for anything else.
[[nodiscard]] bool ParseRfc3339(std::string_view text, int64_t* out);

// "3 days", "5 hours", "1 minute", "0 seconds": rounded down to the largest unit.
std::string FormatAge(uint64_t seconds);

}  // namespace crlite
