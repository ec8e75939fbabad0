#include "library/store.h"

#include <stdlib.h>
#include <sys/mman.h>

#include <new>

#include "cascade/live/host_guard.h"

using crlite::HostGuard;
using crlite::StoreThreads;

namespace {

// A page that the kernel empties in a forked child, where no other thread reads or reloads: so that
// no handler of ours need run at fork. Where the kernel does not (before Linux 4.14), a child that
// was forked while other threads were asking may keep what it has: an old generation mapped, or,
// forked during a reload, its data for good.
StoreThreads* NewThreadsPage() {
  void* const page = mmap(nullptr, sizeof(StoreThreads), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  madvise(page, sizeof(StoreThreads), MADV_WIPEONFORK);
  return new (page) StoreThreads;
}

crlite_store* NewStore() {
  StoreThreads* const threads = NewThreadsPage();
  if (threads == nullptr) return nullptr;
  void* const memory = malloc(sizeof(crlite_store));
  if (memory == nullptr) {
    munmap(threads, sizeof *threads);
    return nullptr;
  }
  return new (memory) crlite_store(threads);
}

void DeleteStore(crlite_store* store) {
  munmap(store->threads, sizeof *store->threads);
  free(store);
}

}  // namespace

crlite_error crlite_open(const char* snapshot, unsigned flags, crlite_store** out) {
  if (out == nullptr) return CRLITE_ERR_ARGUMENT;
  *out = nullptr;
  if ((flags & ~CRLITE_OPEN_NO_RELOAD) != 0) return CRLITE_ERR_ARGUMENT;
  const HostGuard guard;
  crlite_store* const store = NewStore();
  if (store == nullptr) return CRLITE_ERR_MEMORY;
  if (!store->paths.Set(snapshot == nullptr ? CRLITE_DEFAULT_SNAPSHOT : snapshot)) {
    DeleteStore(store);
    return CRLITE_ERR_PATH;
  }
  store->journal.KeepProgramName();
  ReadMode("CRLITE_MODE", secure_getenv("CRLITE_MODE"), &store->journal, &store->mode);
  store->store.Open(&store->paths, (flags & CRLITE_OPEN_NO_RELOAD) == 0);
  *out = store;
  return CRLITE_OK;
}

crlite_store* crlite_ref(crlite_store* store) {
  if (store != nullptr) store->references.fetch_add(1);
  return store;
}

void crlite_close(crlite_store* store) {
  if (store == nullptr || store->references.fetch_sub(1) != 1) return;
  const HostGuard guard;
  store->store.Close();
  DeleteStore(store);
}

uint64_t crlite_generation(crlite_store* store) {
  if (store == nullptr) return 0;
  const HostGuard guard;
  const crlite::StoreReader reader(store->store);
  return reader.data().mapping ? reader.data().snapshot.generation() : 0;
}
