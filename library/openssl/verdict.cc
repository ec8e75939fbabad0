#include "library/openssl/verdict.h"

#include "library/openssl/quiet.h"
#include "library/owned_result.h"

namespace crlite {
namespace {

constexpr Judgement kOutOfMemory = {X509_V_ERR_OUT_OF_MEM, true};

// A certificate in DER; none when there was no memory.
class Der {
 public:
  explicit Der(const X509* certificate) : size_(i2d_X509(certificate, &data_)) {}
  Der(const Der&) = delete;
  Der& operator=(const Der&) = delete;
  ~Der() { OPENSSL_free(data_); }

  bool is_there() const { return size_ > 0; }
  crlite_certificate view() const { return {data_, static_cast<size_t>(size_)}; }

 private:
  uint8_t* data_ = nullptr;
  int size_;
};

// The time that libcrypto checked the chain for.
int64_t VerificationTime(X509_STORE_CTX* ctx) {
  X509_VERIFY_PARAM* const param = X509_STORE_CTX_get0_param(ctx);
  if (param == nullptr || (X509_VERIFY_PARAM_get_flags(param) & X509_V_FLAG_USE_CHECK_TIME) == 0) {
    return CRLITE_NOW;
  }
  const int64_t time = X509_VERIFY_PARAM_get_time(param);
  return time == CRLITE_NOW ? time - 1 : time;  // a second of 1969, which is not now
}

int RefusalError(const crlite_result* result) {
  return crlite_result_rule(result) == CRLITE_RULE_REVOKED ? X509_V_ERR_CERT_REVOKED
                                                           : X509_V_ERR_UNABLE_TO_GET_CRL;
}

}  // namespace

Judgement Judge(X509_STORE_CTX* ctx, crlite_store* store) {
  // The chain of a CRL's signer: what it signed decides about the leaf, not we about it.
  if (X509_STORE_CTX_get0_parent_ctx(ctx) != nullptr) return {};
  const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(ctx);
  if (sk_X509_num(chain) < 2) return {};  // -1 where there is none

  const Quiet quiet;
  const Der leaf(sk_X509_value(chain, 0)), issuer(sk_X509_value(chain, 1));
  const OwnedResult result;
  if (store == nullptr || !leaf.is_there() || !issuer.is_there() || result.get() == nullptr) {
    return kOutOfMemory;
  }
  const crlite_certificate certificates[] = {leaf.view(), issuer.view()};
  // What libcrypto can read and we cannot is let through, as in the module.
  if (crlite_check_chain(store, certificates, 2, VerificationTime(ctx), result.get()) !=
      CRLITE_OK) {
    return {};
  }
  // A callback may have waved a bad signature through: then nobody vouches for a single byte.
  if (X509_STORE_CTX_get_error(ctx) == X509_V_OK) crlite_report(store, result.get());
  if (crlite_result_action(result.get()) != CRLITE_REFUSE) return {};
  return {RefusalError(result.get()), crlite_result_insists(result.get()) != 0};
}

void SetRefusal(X509_STORE_CTX* ctx, int error) {
  X509_STORE_CTX_set_current_cert(ctx, sk_X509_value(X509_STORE_CTX_get0_chain(ctx), 0));
  X509_STORE_CTX_set_error_depth(ctx, 0);
  X509_STORE_CTX_set_error(ctx, error);
}

}  // namespace crlite
