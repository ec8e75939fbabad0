// The one text of a JSON value that Remote Settings signs (docs/formats.md, "Canonical JSON").
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cascade/base/result.h"

namespace crlite {

// Refuses numbers that are no integers: the signed collections hold none, and their canonical form
// would have to be guessed. Errors are kMalformed.
Result<std::string> CanonicalJson(const nlohmann::json& value);

}  // namespace crlite
