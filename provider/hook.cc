#include "provider/hook.h"

#include <atomic>
#include <utility>

#include "cascade/live/host_guard.h"
#include "cascade/live/report.h"
#include "provider/binding.h"
#include "provider/check.h"
#include "provider/process.h"

namespace crlite {
namespace {

using VerifyFunction = int (*)(X509_STORE_CTX*);

constexpr size_t kMaxCopies = 4;    // of libcrypto in one process
constexpr size_t kMaxIndices = 8;   // different index numbers in one copy's libctxs
constexpr size_t kMaxEntries = 64;  // different verify functions in all copies

// One libcrypto of this process. Written under the initialisation's lock before libcrypto gets to
// know our functions.
struct Copy {
  const void* object = nullptr;  // null: this record is free
  Libcrypto api = {};
  VerifyFunction builtin = nullptr;     // libcrypto's own verifier
  VerifyFunction trampoline = nullptr;  // our function for this copy
  const Settings* settings = nullptr;
  std::atomic<int> indices[kMaxIndices] = {};  // index + 1, or 0: free; filled from the front
};

// What a context's slot points to. Never freed, never a function pointer: index numbers of another
// libctx may be an application's own, and its pointers are then not among ours.
struct Entry {
  enum State : uint32_t { kFree, kClaimed, kReady };
  std::atomic<uint32_t> state{kFree};
  const Copy* copy = nullptr;
  VerifyFunction function = nullptr;
};

constinit Copy g_copies[kMaxCopies];
constinit Entry g_entries[kMaxEntries];
// In the slot while the remembered function of this copy runs.
constinit const uint8_t g_running[kMaxCopies] = {};

const void* RunningMark(const Copy& copy) { return &g_running[&copy - g_copies]; }

// The entry that `slot` points to, if it is one of this copy's.
const Entry* EntryAt(const Copy& copy, const void* slot) {
  const uintptr_t offset =
      reinterpret_cast<uintptr_t>(slot) - reinterpret_cast<uintptr_t>(g_entries);
  if (offset >= sizeof g_entries || offset % sizeof(Entry) != 0) return nullptr;
  const Entry* const entry = &g_entries[offset / sizeof(Entry)];
  const bool is_ready = entry->state.load(std::memory_order_acquire) == Entry::kReady;
  return is_ready && entry->copy == &copy ? entry : nullptr;
}

// The entry for this function, made if there is none; null when the table is full. Two threads may
// make two for the same: one is as good as the other.
const Entry* Remember(const Copy& copy, VerifyFunction function) {
  for (Entry& entry : g_entries) {
    uint32_t state = entry.state.load(std::memory_order_acquire);
    // Another thread may be making the very entry that we want. Not for ever: that thread may have
    // been lost in a fork.
    for (int i = 0; state == Entry::kClaimed && i < 1000; ++i) state = entry.state.load();
    if (state == Entry::kFree && entry.state.compare_exchange_strong(state, Entry::kClaimed)) {
      entry.copy = &copy;
      entry.function = function;
      entry.state.store(Entry::kReady, std::memory_order_release);
      return &entry;
    }
    if (state == Entry::kReady && entry.copy == &copy && entry.function == function) return &entry;
  }
  return nullptr;
}

// Makes the index one that our verify function looks at. False when there are too many.
bool AddIndex(Copy& copy, int index) {
  for (std::atomic<int>& place : copy.indices) {
    int old = 0;
    if (place.compare_exchange_strong(old, index + 1) || old == index + 1) return true;
  }
  return false;
}

// What our function finds in a context.
struct Slot {
  const Entry* entry = nullptr;
  bool is_running = false;
  int index = -1;
};

Slot FindSlot(const Copy& copy, X509_STORE_CTX* ctx) {
  for (const std::atomic<int>& place : copy.indices) {
    const int index = place.load(std::memory_order_acquire) - 1;
    if (index < 0) break;
    const void* const value = copy.api.X509_STORE_CTX_get_ex_data(ctx, index);
    if (value == RunningMark(copy)) return {nullptr, true, index};
    if (const Entry* const entry = EntryAt(copy, value)) return {entry, false, index};
  }
  return {};
}

// Runs the verifier that was there before us, or the built-in one; never none.
int RunVerifier(const Copy& copy, X509_STORE_CTX* ctx, const Slot& slot) {
  if (slot.entry == nullptr || slot.entry->function == copy.builtin) return copy.builtin(ctx);
  // A function that was read back from another context may be, or call, ours.
  void* const running = const_cast<void*>(RunningMark(copy));
  if (copy.api.X509_STORE_CTX_set_ex_data(ctx, slot.index, running) == 0) return copy.builtin(ctx);
  const int result = slot.entry->function(ctx);
  if (copy.api.X509_STORE_CTX_get_ex_data(ctx, slot.index) == running) {
    copy.api.X509_STORE_CTX_set_ex_data(ctx, slot.index, const_cast<Entry*>(slot.entry));
  }
  return result;
}

// What is left of a finding when the host is told.
struct Judgement {
  Refusal refusal = Refusal::kNone;
  bool insist = false;
};

// Not inlined: a finding is large, and the application's callback shall have the stack to itself.
__attribute__((noinline)) Judgement Judge(const Copy& copy, X509_STORE_CTX* ctx) {
  const HostGuard guard;
  // A callback may have waved a bad signature through: then nobody vouches for a single byte.
  const bool is_authenticated = copy.api.X509_STORE_CTX_get_error(ctx) == X509_V_OK;
  Finding finding;
  CheckChain(copy.api, ctx, *copy.settings, &finding);
  if (is_authenticated) ReportFinding(finding, &ProcessJournal());
  return {finding.decision.refusal, finding.insist};
}

// Tells the host as a CRL would have: the application's callback keeps its say.
int Refuse(const Libcrypto& api, X509_STORE_CTX* ctx, const Judgement& judgement) {
  const int error = judgement.refusal == Refusal::kRevoked ? X509_V_ERR_CERT_REVOKED
                                                           : X509_V_ERR_UNABLE_TO_GET_CRL;
  auto* const chain = reinterpret_cast<const OPENSSL_STACK*>(api.X509_STORE_CTX_get0_chain(ctx));
  api.X509_STORE_CTX_set_current_cert(ctx, static_cast<X509*>(api.OPENSSL_sk_value(chain, 0)));
  api.X509_STORE_CTX_set_error_depth(ctx, 0);
  api.X509_STORE_CTX_set_error(ctx, error);
  const X509_STORE_CTX_verify_cb callback = api.X509_STORE_CTX_get_verify_cb(ctx);
  const int result = callback == nullptr ? 0 : callback(0, ctx);
  if (!judgement.insist) return result;
  api.X509_STORE_CTX_set_error(ctx, error);
  return 0;
}

int Verify(const Copy& copy, X509_STORE_CTX* ctx) {
  const Slot slot = FindSlot(copy, ctx);
  const int result = RunVerifier(copy, ctx, slot);
  if (result <= 0 || slot.is_running) return result;
  const Judgement judgement = Judge(copy, ctx);
  return judgement.refusal == Refusal::kNone ? result : Refuse(copy.api, ctx, judgement);
}

template <size_t kCopy>
int Trampoline(X509_STORE_CTX* ctx) {
  return Verify(g_copies[kCopy], ctx);
}

template <size_t... kCopy>
VerifyFunction TrampolineOf(size_t copy, std::index_sequence<kCopy...>) {
  constexpr VerifyFunction kTrampolines[] = {Trampoline<kCopy>...};
  return kTrampolines[copy];
}

// libcrypto made a context. CRYPTO_EX_new.
void OnNewContext(void* parent, void*, CRYPTO_EX_DATA* ex_data, int index, long, void* argument) {
  const HostGuard guard;
  Copy& copy = *static_cast<Copy*>(argument);
  auto* const ctx = static_cast<X509_STORE_CTX*>(parent);
  VerifyFunction function = copy.api.X509_STORE_CTX_get_verify(ctx);
  // A store may carry our own function, read back from a context.
  if (function == nullptr || function == copy.trampoline) function = copy.builtin;
  const Entry* const entry = Remember(copy, function);
  if (entry == nullptr || !AddIndex(copy, index)) return;
  if (copy.api.CRYPTO_set_ex_data(ex_data, index, const_cast<Entry*>(entry)) == 0) return;
  copy.api.X509_STORE_CTX_set_verify(ctx, copy.trampoline);
}

// The record of this libcrypto; null when the table is full.
Copy* FindCopy(const Libcrypto& api, const void* object, const Settings& settings) {
  for (size_t i = 0; i < kMaxCopies; ++i) {
    Copy& copy = g_copies[i];
    if (copy.object == object) return &copy;
    if (copy.object != nullptr) continue;
    copy.api = api;
    copy.trampoline = TrampolineOf(i, std::make_index_sequence<kMaxCopies>());
    copy.settings = &settings;
    copy.object = object;
    return &copy;
  }
  return nullptr;
}

// The verify function that a fresh context gets, null if there is none.
VerifyFunction ProbeVerifier(const Libcrypto& api) {
  X509_STORE_CTX* const ctx = api.X509_STORE_CTX_new();
  if (ctx == nullptr) return nullptr;
  VerifyFunction function = nullptr;
  if (api.X509_STORE_CTX_init(ctx, nullptr, nullptr, nullptr) != 0) {
    function = api.X509_STORE_CTX_get_verify(ctx);
  }
  api.X509_STORE_CTX_free(ctx);
  return function;
}

}  // namespace

bool InstallHook(const Libcrypto& api, const void* object, const Settings& settings) {
  Copy* const copy = FindCopy(api, object, settings);
  if (copy == nullptr) return false;
  const VerifyFunction function = ProbeVerifier(copy->api);
  if (function == nullptr) return false;
  if (function == copy->trampoline) return true;
  if (copy->builtin == nullptr) copy->builtin = function;
  // No free_func: it would be called after the slot's owner is gone, and there is nothing to free.
  copy->api.CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_X509_STORE_CTX, 0, copy, OnNewContext, nullptr,
                                    nullptr);
  return ProbeVerifier(copy->api) == copy->trampoline;
}

}  // namespace crlite
