// upki's verify callback, on its C functions.
#include <openssl/crypto.h>

#include <atomic>

#include "library/openssl/echo.h"
#include "library/openssl/quiet.h"
#include "library/upki/upki-openssl.h"

namespace crlite {
namespace {

// Of SSL_CTX, for its config; written once. An index number belongs to one OSSL_LIB_CTX: where
// another one is the thread's default, the same number may be an application's own. So there are
// two slots that must agree, and a pointer that is not ours is neither followed nor replaced.
int g_slot = -1;
int g_echo = -1;

// False when the slots are not ours; *out is then null.
bool FindConfig(const SSL_CTX* ctx, upki_config** out) {
  void* const config = SSL_CTX_get_ex_data(ctx, g_slot);
  const bool is_ours = SSL_CTX_get_ex_data(ctx, g_echo) == EchoOf(config);
  *out = is_ours ? static_cast<upki_config*>(config) : nullptr;
  return is_ours;
}

// CRYPTO_EX_free of g_slot.
void OnContextFreed(void*, void* config, CRYPTO_EX_DATA* slots, int, long, void*) {
  if (CRYPTO_get_ex_data(slots, g_echo) != EchoOf(config)) return;
  upki_config_free(static_cast<upki_config*>(config));
}

// CRYPTO_ONCE.
void Initialise() {
  // Not in a private OSSL_LIB_CTX that happens to be this thread's.
  OSSL_LIB_CTX* const own = OSSL_LIB_CTX_set0_default(OSSL_LIB_CTX_get0_global_default());
  g_slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, OnContextFreed);
  g_echo = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  OSSL_LIB_CTX_set0_default(own);
}

bool IsInitialised() {
  static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
  return CRYPTO_THREAD_run_once(&once, Initialise) == 1 && g_slot >= 0 && g_echo >= 0;
}

// Opened once: each store counts its own lines in the journal. Null when there is no memory.
const upki_config* DefaultConfig() {
  static constinit std::atomic<upki_config*> shared{nullptr};
  upki_config* config = shared.load(std::memory_order_acquire);
  if (config != nullptr) return config;
  upki_config* opened = nullptr;
  if (upki_config_new(nullptr, &opened) != UPKI_OK) return nullptr;
  if (shared.compare_exchange_strong(config, opened, std::memory_order_acq_rel)) return opened;
  upki_config_free(opened);  // another thread was faster
  return config;
}

const upki_config* ConfigOf(X509_STORE_CTX* ctx) {
  const auto* const ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (ssl == nullptr || !IsInitialised()) return DefaultConfig();
  upki_config* config;
  FindConfig(SSL_get_SSL_CTX(ssl), &config);
  return config != nullptr ? config : DefaultConfig();
}

// What a verified chain says of its leaf: the leaf and its issuer, in DER. Not those behind: a CA
// that changed its key has certificates of one name there, and only one of them issued the leaf.
class DerChain {
 public:
  explicit DerChain(const STACK_OF(X509) * chain)
      : size_(sk_X509_num(chain) < 2 ? 1 : 2),
        certificates_(static_cast<upki_certificate_der*>(
            OPENSSL_zalloc(size_ * sizeof(upki_certificate_der)))) {
    is_whole_ = certificates_ != nullptr;
    for (size_t i = 0; is_whole_ && i < size_; ++i) {
      uint8_t* der = nullptr;
      const int length = i2d_X509(sk_X509_value(chain, static_cast<int>(i)), &der);
      is_whole_ = length > 0;
      if (is_whole_) certificates_[i] = {der, static_cast<uintptr_t>(length)};
    }
  }
  DerChain(const DerChain&) = delete;
  DerChain& operator=(const DerChain&) = delete;
  ~DerChain() {
    for (size_t i = 0; certificates_ != nullptr && i < size_; ++i) {
      OPENSSL_free(const_cast<uint8_t*>(certificates_[i].data));
    }
    OPENSSL_free(certificates_);
  }

  bool is_whole() const { return is_whole_; }
  const upki_certificate_der* data() const { return certificates_; }
  size_t size() const { return size_; }

 private:
  const size_t size_;
  upki_certificate_der* const certificates_;
  bool is_whole_;
};

upki_result Ask(X509_STORE_CTX* ctx) {
  const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(ctx);
  if (chain == nullptr || sk_X509_num(chain) < 1) return UPKI_ERR_REVOCATION_TOO_FEW_CERTS;
  const DerChain certificates(chain);
  if (!certificates.is_whole()) return UPKI_ERR_UNKNOWN;
  return upki_check_revocation(ConfigOf(ctx), certificates.data(), certificates.size());
}

int Refuse(X509_STORE_CTX* ctx, int error) {
  X509_STORE_CTX_set_error(ctx, error);
  return 0;
}

}  // namespace
}  // namespace crlite

void upki_openssl_set_config(SSL_CTX* ctx, const upki_config* config) {
  if (ctx == nullptr) return;
  const crlite::Quiet quiet;
  if (!crlite::IsInitialised()) return;
  auto* const now = const_cast<upki_config*>(config);
  upki_config* before;
  if (!crlite::FindConfig(ctx, &before) || now == before) return;
  // The echo's place lies behind the other one, which is there, then, for sure.
  if (SSL_CTX_set_ex_data(ctx, crlite::g_echo, crlite::EchoOf(now)) != 1) return;
  SSL_CTX_set_ex_data(ctx, crlite::g_slot, now);
  upki_config_free(before);
}

int upki_openssl_verify_callback(int ok, X509_STORE_CTX* ctx) {
  if (ok == 0 || ctx == nullptr) return 0;
  // A context with a parent verifies the signer of a CRL.
  if (X509_STORE_CTX_get_error_depth(ctx) != 0 || X509_STORE_CTX_get0_parent_ctx(ctx) != nullptr) {
    return ok;
  }
  const crlite::Quiet quiet;
  const upki_result result = crlite::Ask(ctx);
  if (result == UPKI_REVOCATION_REVOKED) return crlite::Refuse(ctx, X509_V_ERR_CERT_REVOKED);
  if (result != UPKI_REVOCATION_NOT_COVERED && result != UPKI_REVOCATION_NOT_REVOKED) {
    return crlite::Refuse(ctx, X509_V_ERR_APPLICATION_VERIFICATION);
  }
  return ok;
}
