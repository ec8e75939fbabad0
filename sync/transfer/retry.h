// What is worth another attempt, and when.
#pragma once

#include <curl/curl.h>

#include <chrono>

namespace crlite {

inline constexpr int kMaxRetries = 3;

// Whether another attempt may not meet the same failure. A time-out is none of these: it has had
// its time.
bool MayPass(CURLcode code);
bool MayPass(long http_status);

// Before retry number `retry`, counted from 0: half a second that doubles, and up to as much again
// by chance, so that machines that failed together do not come back together.
std::chrono::milliseconds PauseBefore(int retry);

}  // namespace crlite
