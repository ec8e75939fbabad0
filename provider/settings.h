// The module's own configuration: its section of openssl.cnf, and the environment.
//
// Freestanding. Nothing here can fail the host: a wrong value counts as unset (a wrong `snapshot`
// as damaged data) and leaves a line in the journal.
#pragma once

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/params.h>

#include "cascade/live/finding.h"

namespace crlite {

struct Settings {
  RequestedMode mode;  // CRLITE_MODE, else `mode`
  bool reload = true;
  bool journal = true;
  bool has_paths = false;  // false: `snapshot` is no path that we could open
  SnapshotPaths paths;
};

// Reads the section through libcrypto's `get_params` (null: there is none) and turns the process's
// journal on or off. Every field of *out is set, `paths` if `has_paths` is.
void ReadSettings(const OSSL_CORE_HANDLE* handle, OSSL_FUNC_core_get_params_fn* get_params,
                  Settings* out);

}  // namespace crlite
