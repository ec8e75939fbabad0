// Numbers as people read them, the same in every tool.
#pragma once

#include <cstdint>
#include <string>

namespace crlite {

// "2026-10-20T00:00:00Z" for milliseconds since the epoch; "<n> ms" beyond the year 9999.
std::string FormatTimeMs(uint64_t time_ms);

// "999 bytes", "1.5 kB", "17.2 MB".
std::string FormatSize(uint64_t bytes);

}  // namespace crlite
