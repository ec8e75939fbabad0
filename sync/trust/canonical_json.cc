#include "sync/trust/canonical_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace crlite {
namespace {

using nlohmann::json;

bool HasOnlyIntegers(const json& value) {
  if (value.is_structured()) return std::all_of(value.begin(), value.end(), HasOnlyIntegers);
  return !value.is_number_float();
}

}  // namespace

Result<std::string> CanonicalJson(const json& value) {
  if (!HasOnlyIntegers(value)) {
    return MalformedError(
        "a number that is no integer below 2^64, whose canonical form is unknown");
  }
  // The library's most compact form is the canonical one: no space, keys in the order of their
  // bytes, and outside of ASCII's printable characters the same escapes. The tests hold it to that.
  try {
    return value.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/true);
  } catch (const json::exception&) {
    return MalformedError("a string that is not UTF-8");
  }
}

}  // namespace crlite
