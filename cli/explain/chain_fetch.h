// The chain that a TLS server shows.
#pragma once

#include <string>

#include "cascade/base/result.h"

namespace crlite {

// PEM of the certificates that `host` ("example.org", "example.org:8443", "[::1]:443", "::1")
// sends, in its order; port 443 unless one is named. Nothing about them is verified: a chain that
// programs refuse is what shall be explained. Waits at most 15 s.
Result<std::string> FetchPemChain(const std::string& host);

}  // namespace crlite
