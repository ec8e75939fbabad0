// Text as people read it, the same in every tool.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crlite {

// "2026-10-20T00:00:00Z" for milliseconds since the epoch; "<n> ms" beyond the year 9999.
std::string FormatTimeMs(uint64_t time_ms);

// Seconds since the epoch of "2026-10-20T00:00:00Z", or with an offset such as "+02:00"; fractions
// of a second are dropped. False, leaving *out alone, for anything else.
[[nodiscard]] bool ParseRfc3339(std::string_view text, int64_t* out);

// "999 bytes", "1.5 kB", "17.2 MB".
std::string FormatSize(uint64_t bytes);

// "1 filter", "2 filters".
std::string FormatCount(uint64_t count, std::string_view noun);

// The text with '?' for each control character (C0, DEL, and C1 in UTF-8). What others have chosen
// must neither begin a line that looks like ours nor command the terminal.
std::string WithoutControls(std::string_view text);

}  // namespace crlite
