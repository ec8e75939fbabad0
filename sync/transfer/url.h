// Which URLs are talked to.
#pragma once

#include <string>

#include "cascade/base/result.h"

namespace crlite {

// Who vouches for the bytes that come from a URL.
enum class Vouching {
  kTransport,  // TLS to the server alone
  kSignature,  // a signature that is checked here
};

// Accepts https, and http where it cannot leave the machine (127.0.0.0/8, [::1], localhost) or
// where a signature makes the transport irrelevant. No user name (it would end up in messages), no
// query or fragment (names are appended).
Status CheckUrl(const std::string& url, Vouching vouching);

}  // namespace crlite
