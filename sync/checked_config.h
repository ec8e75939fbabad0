// config.yaml with everything that is checked before a tool acts on it.
#pragma once

#include <string>

#include "conf/config.h"

namespace crlite {

// LoadConfig; every URL in it passes CheckUrl too (sync/transfer/url.h). Errors name the line.
Result<Config> LoadCheckedConfig(const std::string& path, bool must_exist);

}  // namespace crlite
