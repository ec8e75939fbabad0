#include "library/openssl/attachment.h"

#include <atomic>

#include "library/openssl/echo.h"
#include "library/openssl/quiet.h"

namespace crlite {
namespace {

// What the slot of an X509_STORE points to. Guarded by the X509_STORE's lock.
struct Memory {
  VerifyFunction previous;  // null: the built-in one
  crlite_store* store;
};

// Written once. An index number belongs to one OSSL_LIB_CTX: where another one is the thread's
// default, the same number may be an application's own. So there are two slots that must agree, and
// a pointer that is not ours is never followed.
int g_slot = -1;
int g_echo = -1;
VerifyFunction g_builtin = nullptr;

// CRYPTO_EX_free of g_slot.
void OnStoreFreed(void*, void* value, CRYPTO_EX_DATA* slots, int, long, void*) {
  if (value == nullptr || CRYPTO_get_ex_data(slots, g_echo) != EchoOf(value)) return;
  const Quiet quiet;
  crlite_close(static_cast<Memory*>(value)->store);
  OPENSSL_free(value);
}

// The verify function that a fresh context gets, null if there is no memory.
VerifyFunction ProbeVerifier() {
  X509_STORE_CTX* const ctx = X509_STORE_CTX_new();
  if (ctx == nullptr) return nullptr;
  VerifyFunction function = nullptr;
  if (X509_STORE_CTX_init(ctx, nullptr, nullptr, nullptr) != 0) {
    function = X509_STORE_CTX_get_verify(ctx);
  }
  X509_STORE_CTX_free(ctx);
  return function;
}

// CRYPTO_ONCE.
void Initialise() {
  const Quiet quiet;
  // Not in a private OSSL_LIB_CTX that happens to be this thread's: the other stores would keep
  // their slots when they are freed.
  OSSL_LIB_CTX* const own = OSSL_LIB_CTX_set0_default(OSSL_LIB_CTX_get0_global_default());
  g_slot = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, OnStoreFreed);
  g_echo = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  OSSL_LIB_CTX_set0_default(own);
  g_builtin = ProbeVerifier();
}

bool IsInitialised() {
  static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
  return CRYPTO_THREAD_run_once(&once, Initialise) == 1 && g_slot >= 0 && g_echo >= 0 &&
         g_builtin != nullptr;
}

Memory* Find(const X509_STORE* x509_store) {
  void* const value = X509_STORE_get_ex_data(x509_store, g_slot);
  const bool is_ours =
      value != nullptr && X509_STORE_get_ex_data(x509_store, g_echo) == EchoOf(value);
  return is_ours ? static_cast<Memory*>(value) : nullptr;
}

// Both slots, or false and none.
bool Remember(X509_STORE* x509_store, const Memory& memory) {
  auto* const copy = static_cast<Memory*>(OPENSSL_malloc(sizeof memory));
  if (copy == nullptr) return false;
  *copy = memory;
  if (X509_STORE_set_ex_data(x509_store, g_echo, EchoOf(copy)) == 1 &&
      X509_STORE_set_ex_data(x509_store, g_slot, copy) == 1) {
    return true;
  }
  X509_STORE_set_ex_data(x509_store, g_echo, nullptr);
  OPENSSL_free(copy);
  return false;
}

}  // namespace

VerifyFunction BuiltInVerifier() { return IsInitialised() ? g_builtin : nullptr; }

bool Attach(X509_STORE* x509_store, crlite_store* store, VerifyFunction verify) {
  const Quiet quiet;
  if (!IsInitialised() || X509_STORE_lock(x509_store) != 1) return false;
  crlite_store* given_up = nullptr;
  if (Memory* const memory = Find(x509_store)) {
    given_up = memory->store;
    memory->store = crlite_ref(store);
  } else {
    crlite_store* const kept = crlite_ref(store);
    if (Remember(x509_store, {X509_STORE_get_verify(x509_store), kept})) {
      X509_STORE_set_verify(x509_store, verify);
    } else {
      given_up = kept;
    }
  }
  const bool is_attached =
      Find(x509_store) != nullptr && X509_STORE_get_verify(x509_store) == verify;
  X509_STORE_unlock(x509_store);
  crlite_close(given_up);
  return is_attached;
}

Attachment::Attachment(X509_STORE* x509_store) : previous_(BuiltInVerifier()), store_(nullptr) {
  if (x509_store != nullptr && previous_ != nullptr && X509_STORE_lock(x509_store) == 1) {
    if (const Memory* const memory = Find(x509_store)) {
      if (memory->previous != nullptr) previous_ = memory->previous;
      store_ = crlite_ref(memory->store);
    }
    X509_STORE_unlock(x509_store);
  }
  if (store_ == nullptr) store_ = crlite_ref(MachineStore());
}

crlite_store* MachineStore() {
  static constinit std::atomic<crlite_store*> machine{nullptr};
  crlite_store* store = machine.load(std::memory_order_acquire);
  if (store != nullptr) return store;
  const Quiet quiet;
  crlite_store* opened = nullptr;
  if (crlite_open(nullptr, 0, &opened) != CRLITE_OK) return nullptr;
  if (machine.compare_exchange_strong(store, opened, std::memory_order_acq_rel)) return opened;
  crlite_close(opened);  // another thread was faster
  return store;
}

}  // namespace crlite
