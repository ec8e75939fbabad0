// The data in force: a snapshot and its successors, replaced while others read.
//
// Freestanding. Readers take no lock and make no system call unless the generation word changed.
// One thread at a time reloads; the others go on with what they have. An old mapping is unmapped
// when its last reader leaves.
#pragma once

#include <atomic>

#include "cascade/live/journal.h"
#include "cascade/live/state_data.h"
#include "cascade/live/tiny_lock.h"

namespace crlite {

inline constexpr uint32_t kStoreSlots = 4;   // the current data and three with late readers
inline constexpr uint32_t kStoreShards = 8;  // counters that threads do not share with many others

// How the threads of a store find out about each other. Apart from it, since a forked child must
// start with none of it: zero bytes are its initial state.
struct StoreThreads {
  struct alignas(64) Counter {
    std::atomic<uint32_t> readers{0};
  };
  Counter counters[kStoreSlots][kStoreShards];
  TinyLock reload_lock;
  std::atomic<bool> sweep_wanted{false};
};

// Safe to read from any number of threads. Plain storage without a destructor.
class Store {
 public:
  // Both must live as long as the store.
  constexpr Store(StoreThreads* threads, Journal* journal) : threads_(threads), journal_(journal) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Loads the data for the first time. `paths` must live as long as the store; null: the setting
  // was unusable, which counts as damaged data. With `reload` false, the data is never looked at
  // again. Call once, before the first reader.
  void Open(const SnapshotPaths* paths, bool reload);

  // Unmaps everything. No reader may be left, and none may come.
  void Close();

  // In a forked child, before anything else: no other thread reads or reloads any more.
  void ForgetOtherThreads();

 private:
  friend class StoreReader;

  bool IsIdle(uint32_t slot) const;
  void UnmapIdleSlots();
  void Sweep();
  void ReportFailedReload(const StateData& kept, const char* trouble);
  bool LoadIntoIdleSlot(bool is_retry);
  void Load();
  uint64_t GenerationWord() const;
  bool IsReloadDue() const;
  void ReloadIfDue();

  StoreThreads* const threads_;
  Journal* const journal_;
  const SnapshotPaths* paths_ = nullptr;
  bool reload_ = false;
  StateData slots_[kStoreSlots];
  std::atomic<uint32_t> current_{0};
  // The generation file, mapped once it is there; a pointer, so that readers see it whole.
  std::atomic<const uint8_t*> generation_file_{nullptr};
  size_t generation_file_size_ = 0;
  std::atomic<uint64_t> seen_word_{0};  // the generation at the last attempt to load
  std::atomic<int64_t> retry_at_{0};    // seconds; 0: the last attempt left nothing to do
};

// Keeps the data in force where it is for as long as it lives. Short: no callback, nothing
// blocking.
class StoreReader {
 public:
  explicit StoreReader(Store& store);  // looks whether there is a new generation first
  StoreReader(const StoreReader&) = delete;
  StoreReader& operator=(const StoreReader&) = delete;
  ~StoreReader();

  const StateData& data() const { return store_.slots_[slot_]; }

 private:
  void Leave();

  Store& store_;
  uint32_t slot_;
  uint32_t shard_;
};

}  // namespace crlite
