// The provider that libcrypto sees: a name and nothing to fetch. What matters is that it is loaded.
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <pthread.h>

#include <atomic>

#include "cascade/live/host_guard.h"
#include "cascade/live/tiny_lock.h"
#include "provider/hook.h"
#include "provider/process.h"

namespace crlite {
namespace {

// Shared by all copies of libcrypto: there is one policy, one snapshot, one process.
constinit TinyLock g_init_lock;
constinit std::atomic<bool> g_handles_fork{false};
constinit bool g_is_open = false;
constinit Settings g_settings;

// Provider contexts: whether the hook is in the libctx that loaded this instance.
constinit int g_hooked = 1;
constinit int g_inactive = 0;

void AfterForkInChild() {
  g_init_lock.Unlock();
  ProcessStore().ForgetOtherThreads();
}

void Teardown(void*) {}

const OSSL_PARAM* GettableParams(void*) {
  static const OSSL_PARAM kParams[] = {
      {OSSL_PROV_PARAM_NAME, OSSL_PARAM_UTF8_PTR, nullptr, 0, 0},
      {OSSL_PROV_PARAM_VERSION, OSSL_PARAM_UTF8_PTR, nullptr, 0, 0},
      {OSSL_PROV_PARAM_BUILDINFO, OSSL_PARAM_UTF8_PTR, nullptr, 0, 0},
      {OSSL_PROV_PARAM_STATUS, OSSL_PARAM_INTEGER, nullptr, sizeof(int), 0},
      {nullptr, 0, nullptr, 0, 0}};
  return kParams;
}

void SetText(OSSL_PARAM* param, const char* text) {
  if (param->data_type != OSSL_PARAM_UTF8_PTR || param->data == nullptr) return;
  *static_cast<const char**>(param->data) = text;
  param->return_size = strlen(text);
}

int GetParams(void* context, OSSL_PARAM params[]) {
  for (OSSL_PARAM* param = params; param->key != nullptr; ++param) {
    if (strcmp(param->key, OSSL_PROV_PARAM_NAME) == 0) {
      SetText(param, "CRLite certificate revocation");
    } else if (strcmp(param->key, OSSL_PROV_PARAM_VERSION) == 0) {
      SetText(param, CRLITE_VERSION);
    } else if (strcmp(param->key, OSSL_PROV_PARAM_BUILDINFO) == 0) {
      SetText(param, "crlite " CRLITE_VERSION);
    } else if (strcmp(param->key, OSSL_PROV_PARAM_STATUS) == 0 && param->data != nullptr &&
               param->data_size == sizeof(int)) {
      *static_cast<int*>(param->data) = *static_cast<int*>(context);
      param->return_size = sizeof(int);
    }
  }
  return 1;
}

const OSSL_ALGORITHM* QueryOperation(void*, int, int* no_cache) {
  *no_cache = 0;
  return nullptr;
}

const OSSL_DISPATCH kFunctions[] = {
    {OSSL_FUNC_PROVIDER_TEARDOWN, reinterpret_cast<void (*)()>(Teardown)},
    {OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, reinterpret_cast<void (*)()>(GettableParams)},
    {OSSL_FUNC_PROVIDER_GET_PARAMS, reinterpret_cast<void (*)()>(GetParams)},
    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<void (*)()>(QueryOperation)},
    {0, nullptr}};

OSSL_FUNC_core_get_params_fn* FindGetParams(const OSSL_DISPATCH* in) {
  for (; in->function_id != 0; ++in) {
    if (in->function_id == OSSL_FUNC_CORE_GET_PARAMS) return OSSL_FUNC_core_get_params(in);
  }
  return nullptr;
}

// The first initialisation's settings and data are the process's.
void OpenOnce(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* in) {
  if (g_is_open) return;
  ProcessJournal().KeepProgramName();
  ReadSettings(handle, FindGetParams(in), &g_settings);
  ProcessStore().Open(g_settings.has_paths ? &g_settings.paths : nullptr, g_settings.reload);
  g_is_open = true;
}

bool Initialise(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* in) {
  // Before the lock: no child shall inherit it taken, and the dynamic linker's own lock may be held
  // by a thread that is on its way to ours.
  if (!g_handles_fork.exchange(true)) pthread_atfork(nullptr, nullptr, AfterForkInChild);
  Libcrypto api;
  const void* object;
  const bool is_bound = BindLibcrypto(reinterpret_cast<void*>(in->function), &api, &object);
  g_init_lock.Lock();
  OpenOnce(handle, in);
  const bool is_hooked = is_bound && InstallHook(api, object, g_settings);
  g_init_lock.Unlock();
  return is_hooked;
}

}  // namespace
}  // namespace crlite

// Succeeds whatever we find: libcrypto drops a provider that does not, in silence. A copy that
// cannot be hooked shows in the provider's status, which `openssl list -providers` prints.
extern "C" __attribute__((visibility("default"))) int OSSL_provider_init(
    const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* in, const OSSL_DISPATCH** out,
    void** provctx) {
  using namespace crlite;
  const HostGuard guard;
  const bool is_hooked = Initialise(handle, in);
  if (!is_hooked)
    ProcessJournal().SendTrouble("inactive", "this libcrypto does not let itself be hooked");
  *out = kFunctions;
  *provctx = is_hooked ? &g_hooked : &g_inactive;
  return 1;
}
