// JSON from outside: parsed within limits, read field by field.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cascade/base/result.h"

namespace crlite {

// An object of at most `max_size` bytes of text, nested at most 16 deep, with no key twice in one
// object and nothing behind it. Errors are kMalformed.
Result<nlohmann::json> ParseObject(std::string_view text, uint64_t max_size);

// An unsigned integer of at most `max`.
Result<uint64_t> ParseCount(const nlohmann::json& object, const char* key, uint64_t max);

Result<std::string> ParseText(const nlohmann::json& object, const char* key);

}  // namespace crlite
