#include "provider/binding.h"

#include <dlfcn.h>
#include <link.h>

namespace crlite {
namespace {

link_map* LinkMapOf(const void* address) {
  dl_find_object found;
  // _dl_find_object takes no lock; dladdr would search the symbol table (1.3 ms for all of them).
  return _dl_find_object(const_cast<void*>(address), &found) == 0 ? found.dlfo_link_map : nullptr;
}

// A symbol of this very object: dlsym also looks into the object's dependencies.
void* SymbolIn(link_map* object, void* handle, const char* name) {
  void* symbol = dlsym(handle, name);
  return symbol != nullptr && LinkMapOf(symbol) == object ? symbol : nullptr;
}

}  // namespace

const void* ObjectOf(const void* address) { return LinkMapOf(address); }

bool BindLibcrypto(void* function, Libcrypto* out, const void** object) {
  link_map* const map = LinkMapOf(function);
  *object = map;
  if (map == nullptr) return false;
  // The program itself has an empty name.
  const char* name = map->l_name != nullptr && map->l_name[0] != 0 ? map->l_name : nullptr;
  void* const handle = dlopen(name, RTLD_NOLOAD | RTLD_LAZY);
  if (handle == nullptr) return false;
  bool complete = true;
#define CRLITE_BIND(symbol)                                                              \
  out->symbol = reinterpret_cast<decltype(out->symbol)>(SymbolIn(map, handle, #symbol)); \
  complete = complete && out->symbol != nullptr;
  CRLITE_LIBCRYPTO_FUNCTIONS(CRLITE_BIND)
#undef CRLITE_BIND
  // A bound copy keeps our reference. An object that we shall not call is none of our business.
  if (!complete) dlclose(handle);
  return complete;
}

}  // namespace crlite
