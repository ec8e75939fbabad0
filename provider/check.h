// From a verified chain to a verdict and what follows from it for the host.
//
// Freestanding. Thread-safe; changes nothing in the context and calls nothing back.
#pragma once

#include "cascade/live/finding.h"
#include "provider/leaf.h"
#include "provider/settings.h"

namespace crlite {

// Fills *out, which is fresh, for the context's chain, from the process's store.
void CheckChain(const Libcrypto& api, X509_STORE_CTX* ctx, const Settings& settings, Finding* out);

}  // namespace crlite
