// The functions of <crlite/openssl.h>.
#include <crlite/openssl.h>

#include "library/openssl/attachment.h"
#include "library/openssl/verdict.h"

namespace crlite {
namespace {

// In the context while what was there before us runs. That may call our function again, which it
// read back from a context: the check is made once, when it has returned.
int VerifyUnchecked(X509_STORE_CTX* ctx) { return BuiltInVerifier()(ctx); }

// Tells the program as a CRL would have: its callback keeps its say.
int Refuse(X509_STORE_CTX* ctx, const Judgement& judgement) {
  SetRefusal(ctx, judgement.error);
  const X509_STORE_CTX_verify_cb callback = X509_STORE_CTX_get_verify_cb(ctx);
  const int result = callback == nullptr ? 0 : callback(0, ctx);
  if (!judgement.insists) return result;
  X509_STORE_CTX_set_error(ctx, judgement.error);
  return 0;
}

// The verify function of an attached X509_STORE.
int Verify(X509_STORE_CTX* ctx) {
  const VerifyFunction own = X509_STORE_CTX_get_verify(ctx);
  if (own == VerifyUnchecked) return VerifyUnchecked(ctx);
  const Attachment attachment(X509_STORE_CTX_get0_store(ctx));
  X509_STORE_CTX_set_verify(ctx, VerifyUnchecked);
  const int result = attachment.previous()(ctx);
  X509_STORE_CTX_set_verify(ctx, own);
  if (result <= 0) return result;
  const Judgement judgement = Judge(ctx, attachment.store());
  return judgement.error == X509_V_OK ? result : Refuse(ctx, judgement);
}

}  // namespace
}  // namespace crlite

int crlite_attach(SSL_CTX* ctx) { return crlite_attach_store(ctx, crlite::MachineStore()); }

int crlite_attach_store(SSL_CTX* ctx, crlite_store* store) {
  if (ctx == nullptr || store == nullptr) return 0;
  // libssl verifies with this one when the program has set it.
  X509_STORE* for_verification = nullptr;
  SSL_CTX_get0_verify_cert_store(ctx, &for_verification);
  if (for_verification != nullptr && !crlite::Attach(for_verification, store, crlite::Verify)) {
    return 0;
  }
  X509_STORE* const of_context = SSL_CTX_get_cert_store(ctx);  // a program may have taken it away
  return of_context != nullptr && crlite::Attach(of_context, store, crlite::Verify) ? 1 : 0;
}

int crlite_verify_callback(int ok, X509_STORE_CTX* ctx) {
  if (ok != 1 || X509_STORE_CTX_get_error_depth(ctx) != 0) return ok;
  // Where the X509_STORE is attached, the check follows at once.
  if (X509_STORE_CTX_get_verify(ctx) == crlite::VerifyUnchecked) return ok;
  const crlite::Attachment attachment(X509_STORE_CTX_get0_store(ctx));
  const crlite::Judgement judgement = crlite::Judge(ctx, attachment.store());
  if (judgement.error == X509_V_OK) return ok;
  crlite::SetRefusal(ctx, judgement.error);
  return 0;
}
