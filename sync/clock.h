// The time of day.
#pragma once

#include <chrono>
#include <cstdint>

namespace crlite {

// Milliseconds since the epoch.
inline uint64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace crlite
