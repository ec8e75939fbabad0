// Which URLs crlite-sync talks to.
#pragma once

#include <string>

#include "cascade/base/result.h"

namespace crlite {

// Accepts https, and http where it cannot leave the machine (127.0.0.0/8, [::1], localhost). No
// user name (it would end up in messages), no query or fragment (file names are appended).
Status CheckUrl(const std::string& url);

}  // namespace crlite
