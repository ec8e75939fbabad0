// How libcrypto comes to ask us about every certificate chain that it verifies.
//
// A provider cannot register "certificate verification", but libcrypto calls a `new_func` of every
// registered ex_data index at the end of X509_STORE_CTX_init. Ours puts our verify function into
// the new context and remembers the one that was there (docs/architecture.md, "The hook").
#pragma once

#include <openssl/core_dispatch.h>

#include "provider/settings.h"

namespace crlite {

// Hooks the thread-default OSSL_LIB_CTX of the libcrypto that `core_function` belongs to, unless it
// is hooked already. False when that copy does not let us: verification then goes on unchecked.
// `settings` must live as long as the process. Call under the initialisation's lock.
[[nodiscard]] bool InstallHook(void* core_function, const Settings& settings);

}  // namespace crlite
