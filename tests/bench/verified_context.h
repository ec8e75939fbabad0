// A verification that is over but for the verify function: what the module is called with.
#pragma once

#include "tests/hook/pki.h"

namespace crlite::bench {

// In place of libcrypto's own verifier, whose cost would hide all others.
inline int AcceptWithoutLooking(X509_STORE_CTX*) { return 1; }

// A context of this store whose chain, leaf and root, is verified already.
inline hook::Ptr<X509_STORE_CTX> VerifiedContext(X509_STORE* store, const hook::Certificate& root,
                                                 const hook::Certificate& leaf) {
  hook::Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  X509_STORE_CTX_init(ctx.get(), store, leaf.x509.get(), nullptr);
  STACK_OF(X509)* const chain = sk_X509_new_null();
  for (X509* certificate : {leaf.x509.get(), root.x509.get()}) {
    X509_up_ref(certificate);
    sk_X509_push(chain, certificate);
  }
  X509_STORE_CTX_set0_verified_chain(ctx.get(), chain);
  return ctx;
}

}  // namespace crlite::bench
