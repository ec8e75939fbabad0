#include "provider/store.h"

#include <time.h>

#include <atomic>

#include "provider/journal.h"
#include "provider/tiny_lock.h"

namespace crlite {
namespace {

constexpr uint32_t kSlots = 4;   // the current data and three with late readers
constexpr uint32_t kShards = 8;  // counters that threads do not share with many others
constexpr int64_t kRetrySeconds = 60;

struct alignas(64) Counter {
  std::atomic<uint32_t> readers{0};
};

struct Slot {
  StateData data;
  Counter counters[kShards];
};

constinit Slot g_slots[kSlots];
constinit std::atomic<uint32_t> g_current{0};

constinit const SnapshotPaths* g_paths = nullptr;
constinit bool g_reload = false;
constinit std::atomic<const uint64_t*> g_generation{nullptr};
constinit std::atomic<uint64_t> g_seen_word{0};  // the generation at the last attempt to load
constinit std::atomic<int64_t> g_retry_at{0};    // seconds; 0: the last attempt left nothing to do
constinit TinyLock g_reload_lock;
constinit std::atomic<bool> g_sweep_wanted{false};

int64_t MonotonicSeconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec;
}

uint64_t LoadWord(const uint64_t* word) {
  return word == nullptr ? 0 : __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

// Whether nobody reads the slot. Meaningful for a slot that is not the current one: a reader that
// counts itself in afterwards sees so and leaves without a look.
bool IsIdle(const Slot& slot) {
  for (const Counter& counter : slot.counters) {
    if (counter.readers.load(std::memory_order_seq_cst) != 0) return false;
  }
  return true;
}

// Under the reload lock.
void UnmapIdleSlots() {
  const uint32_t current = g_current.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < kSlots; ++i) {
    if (i != current && IsIdle(g_slots[i])) Unmap(&g_slots[i].data.mapping);
  }
}

// Whoever finds the lock taken leaves the wish behind; the holder looks at it after unlocking.
void Sweep() {
  g_sweep_wanted.store(true);
  while (g_sweep_wanted.load() && g_reload_lock.TryLock()) {
    g_sweep_wanted.store(false);
    UnmapIdleSlots();
    g_reload_lock.Unlock();
  }
}

void ReportFailedReload(const StateData& kept, const char* trouble) {
  if (kept.policy.damaged == Action::kAllow || kept.policy.mode == Mode::kOff) return;
  JournalLine line(JournalKind::kOther, kJournalWarning);
  line.message.Add("the new snapshot cannot be used: ").Add(trouble).Add("; generation ");
  line.message.AddNumber(kept.snapshot.generation()).Add(" stays in force");
  line.Send();
}

// Loads into an idle slot and makes it the current one, unless that would replace data by none.
// Under the reload lock. False when there is reason to try again.
bool LoadIntoIdleSlot(bool is_retry) {
  const uint32_t current = g_current.load(std::memory_order_relaxed);
  const StateData& old = g_slots[current].data;
  for (uint32_t i = 0; i < kSlots; ++i) {
    Slot& slot = g_slots[i];
    if (i == current || !IsIdle(slot)) continue;
    Unmap(&slot.data.mapping);
    LoadState(*g_paths, &slot.data);
    if (old.mapping && !slot.data.mapping) {
      if (!is_retry) ReportFailedReload(old, slot.data.trouble);
      return false;
    }
    g_current.store(i, std::memory_order_seq_cst);
    return slot.data.mapping && g_generation.load() != nullptr;
  }
  return false;
}

// Under the reload lock.
void Load() {
  if (g_reload && g_generation.load() == nullptr) g_generation.store(MapGenerationWord(*g_paths));
  // First the word, then the file: a replacement in between is noticed at the next look.
  const uint64_t word = LoadWord(g_generation.load());
  const bool is_retry = word == g_seen_word.load(std::memory_order_relaxed);
  g_retry_at.store(LoadIntoIdleSlot(is_retry) ? 0 : MonotonicSeconds() + kRetrySeconds);
  g_seen_word.store(word);
}

bool IsReloadDue() {
  if (!g_reload) return false;
  if (LoadWord(g_generation.load(std::memory_order_acquire)) !=
      g_seen_word.load(std::memory_order_relaxed)) {
    return true;
  }
  const int64_t retry_at = g_retry_at.load(std::memory_order_relaxed);
  return retry_at != 0 && MonotonicSeconds() >= retry_at;
}

void ReloadIfDue() {
  if (!IsReloadDue() || !g_reload_lock.TryLock()) return;
  if (IsReloadDue()) Load();
  g_reload_lock.Unlock();
  Sweep();
}

}  // namespace

void OpenStore(const SnapshotPaths* paths, bool reload) {
  if (paths == nullptr) {
    g_slots[0].data.state = DataState::kDamaged;
    return;
  }
  g_paths = paths;
  g_reload = reload;
  Load();
}

void ForgetOtherThreads() {
  g_reload_lock.Unlock();
  for (Slot& slot : g_slots) {
    for (Counter& counter : slot.counters) counter.readers.store(0);
  }
}

StoreReader::StoreReader() {
  ReloadIfDue();
  // We are on a stack, and stacks of different threads lie far apart.
  const uint64_t stack = reinterpret_cast<uintptr_t>(this) >> 16;
  shard_ = static_cast<uint32_t>(stack * 0x9e3779b97f4a7c15u >> 61) % kShards;
  for (;;) {
    slot_ = g_current.load(std::memory_order_seq_cst);
    std::atomic<uint32_t>& readers = g_slots[slot_].counters[shard_].readers;
    readers.fetch_add(1, std::memory_order_seq_cst);
    if (g_current.load(std::memory_order_seq_cst) == slot_) return;
    readers.fetch_sub(1, std::memory_order_seq_cst);
    Sweep();  // for a moment the old data looked as if it were read
  }
}

StoreReader::~StoreReader() {
  g_slots[slot_].counters[shard_].readers.fetch_sub(1, std::memory_order_seq_cst);
  if (g_current.load(std::memory_order_seq_cst) != slot_) Sweep();
}

const StateData& StoreReader::data() const { return g_slots[slot_].data; }

}  // namespace crlite
