// How libcrypto comes to ask us about every certificate chain that it verifies.
//
// A provider cannot register "certificate verification", but libcrypto calls a `new_func` of every
// registered ex_data index at the end of X509_STORE_CTX_init. Ours puts our verify function into
// the new context and remembers the one that was there (docs/architecture.md, "The hook").
#pragma once

#include "provider/binding.h"
#include "provider/settings.h"

namespace crlite {

// Hooks the thread-default OSSL_LIB_CTX of this libcrypto (see BindLibcrypto), unless it is hooked
// already. False when that copy does not let us: verification then goes on unchecked. `settings`
// must live as long as the process. Call under the initialisation's lock.
[[nodiscard]] bool InstallHook(const Libcrypto& api, const void* object, const Settings& settings);

}  // namespace crlite
