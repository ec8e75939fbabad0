// A policy in the words of config.yaml.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cascade/reader/policy.h"

namespace crlite {

// "allow", "report", "deny".
const char* ActionName(Action action);

// "mode enforce; never-provisioned allow; stale allow (after 10 days); damaged report".
std::string PolicyText(const Policy& policy);
// The keys of config.yaml; stale-after in seconds, as "stale-after-s".
nlohmann::ordered_json PolicyToJson(const Policy& policy);

}  // namespace crlite
