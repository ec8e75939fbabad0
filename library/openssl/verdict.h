// What libcrlite makes of a chain that libcrypto has verified.
//
// Freestanding. The decisions are those of the module (provider/hook.cc).
#pragma once

#include <crlite/openssl.h>

namespace crlite {

struct Judgement {
  int error = X509_V_OK;  // the X509_V_ERR_... to refuse with, if any
  bool insists = false;   // the program's callback has no say in it
};

// Asks `store` about the context's chain, and leaves the line in the journal that is due. A null
// store, like anything else that memory was too short for, is refused with X509_V_ERR_OUT_OF_MEM,
// as libcrypto does. Changes nothing in the context.
Judgement Judge(X509_STORE_CTX* ctx, crlite_store* store);

// Sets in the context what a CRL would have set: this error, at the leaf.
void SetRefusal(X509_STORE_CTX* ctx, int error);

}  // namespace crlite
