// Callbacks and verify functions of programs that think for themselves.
#pragma once

#include <openssl/x509_vfy.h>

namespace crlite::hook {

// Verify callbacks.
inline int AcceptAll(int, X509_STORE_CTX*) { return 1; }
inline int AcceptAllAndClear(int, X509_STORE_CTX* ctx) {
  X509_STORE_CTX_set_error(ctx, X509_V_OK);
  return 1;
}

// Counts refusals as a CRL would have made them, and leaves the decision as it is.
inline int g_refusals_seen = 0;
inline int CountRefusals(int ok, X509_STORE_CTX* ctx) {
  if (ok == 0 && X509_STORE_CTX_get_error(ctx) == X509_V_ERR_CERT_REVOKED &&
      X509_STORE_CTX_get_error_depth(ctx) == 0 && X509_STORE_CTX_get_current_cert(ctx) != nullptr) {
    ++g_refusals_seen;
  }
  return ok;
}

// Verify functions, which count their calls.
using VerifyFunction = int (*)(X509_STORE_CTX*);
inline int g_calls = 0;
inline VerifyFunction g_read_back = nullptr;
inline int AcceptWithoutLooking(X509_STORE_CTX*) {
  ++g_calls;
  return 1;
}
inline int RefuseWithoutLooking(X509_STORE_CTX* ctx) {
  ++g_calls;
  X509_STORE_CTX_set_error(ctx, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}
// Calls what was read back from another context, which may be the function around it.
inline int CallReadBack(X509_STORE_CTX* ctx) {
  ++g_calls;
  return g_calls > 100 ? -1 : g_read_back(ctx);
}

}  // namespace crlite::hook
