// Certificates under the snapshot's self-test issuer, made on the spot.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "cascade/base/result.h"
#include "cascade/reader/bytes.h"
#include "sync/trust/openssl.h"

namespace crlite {

// A throw-away root certifies the key of the self-test issuer (cascade/snapshot/self_test.h), which
// certifies a server named kSelfTestHost. All are valid for a day before and after now.
struct SelfTestPki {
  Owned<X509> root, issuer, server;
  Owned<EVP_PKEY> server_key;
};

inline constexpr char kSelfTestHost[] = "self-test.crlite.invalid";

// `serial`: of the server's certificate, which has an embedded SCT of the self-test log. Uses the
// default library context: what it says about algorithms holds here as in every program. Errors
// are kInternal and carry libcrypto's words.
Result<SelfTestPki> MakeSelfTestPki(Bytes serial);

// What libcrypto's error queue holds, oldest first, separated by "; "; empties it.
std::string TakeOpensslErrors();

}  // namespace crlite
