// What `crlite check` and `crlite explain` have in common: when, and what it comes to.
#pragma once

#include <string>

#include "cascade/base/result.h"
#include "cascade/reader/query.h"

namespace crlite {

// Seconds since the epoch: of the value of --at (RFC 3339), or now if that is empty. Errors are
// kUsage and name `command`.
Result<int64_t> VerificationTime(const std::string& at, const std::string& command);

// 0 NotRevoked, 2 Revoked, 3 no answer.
int ExitCodeOf(Outcome outcome);

// Whether `other` holds rather than `first`, when a leaf was asked about under two issuers of one
// name (FindIssuers): revoked under one is revoked, and any answer is more than none.
bool Outweighs(Outcome other, Outcome first);

}  // namespace crlite
