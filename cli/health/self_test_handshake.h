// A TLS handshake of this process with itself.
#pragma once

#include <string>

#include "cascade/reader/bytes.h"

namespace crlite {

struct Handshake {
  bool completed = false;
  int verify_result = -1;  // X509_V_...; -1: it did not come to that
  std::string error;       // of a handshake that failed for another reason; empty otherwise

  bool IsRefusedAsRevoked() const;
};

// A client that verifies as programs do (SSL_VERIFY_PEER, one trusted root) connects to a server
// whose certificate has this serial and comes from the self-test issuer: over a
// socket pair, which nobody else can reach, at most five seconds.
Handshake RunSelfTestHandshake(Bytes serial);

}  // namespace crlite
