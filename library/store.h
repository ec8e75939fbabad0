// What is behind a crlite_store.
#pragma once

#include "cascade/live/requested_mode.h"
#include "cascade/live/store.h"
#include "include/crlite/crlite.h"

struct crlite_store {
  explicit crlite_store(crlite::StoreThreads* store_threads)
      : threads(store_threads), store(store_threads, &journal) {}

  std::atomic<unsigned> references{1};
  crlite::RequestedMode mode;
  crlite::SnapshotPaths paths;
  crlite::Journal journal;
  crlite::StoreThreads* const threads;  // a page of its own: see NewThreadsPage
  crlite::Store store;
};
