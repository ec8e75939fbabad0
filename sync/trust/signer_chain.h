// Whose key signs: a chain of certificates, judged (docs/formats.md, "Content signature").
#pragma once

#include <span>
#include <string_view>

#include "cascade/base/result.h"
#include "cascade/reader/sha256.h"
#include "sync/trust/openssl.h"

namespace crlite {

// The signer's P-384 key out of `pem` (the signer's certificate first), after all checks that
// VerifyContentSignature promises of the chain. Errors are kMalformed. Leaves OpenSSL's error queue
// to the caller.
Result<Owned<EVP_PKEY>> VerifySignerChain(std::string_view pem, std::string_view signer_name,
                                          std::span<const Sha256Digest> roots, uint64_t now_ms);

}  // namespace crlite
