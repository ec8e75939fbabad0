// JSON from outside: parsed within limits, read field by field.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cascade/base/result.h"

namespace crlite {

// An object of at most `max_size` bytes of text, of at most 300,000 values, nested at most 16 deep,
// with no key twice in one object and nothing behind it. Errors are kMalformed.
Result<nlohmann::json> ParseObject(std::string_view text, uint64_t max_size);

// Milliseconds since the epoch, far beyond any real time, and far from where sums of times wrap.
inline constexpr uint64_t kMaxTimeMs = uint64_t{1} << 53;

// An unsigned integer of at most `max`.
Result<uint64_t> ParseCount(const nlohmann::json& object, const char* key, uint64_t max);

Result<std::string> ParseText(const nlohmann::json& object, const char* key);

}  // namespace crlite
