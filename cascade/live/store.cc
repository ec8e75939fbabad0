#include "cascade/live/store.h"

#include <time.h>

#include <type_traits>

#include "cascade/reader/state_files.h"

namespace crlite {
namespace {

constexpr int64_t kRetrySeconds = 60;

static_assert(std::is_trivially_destructible_v<Store> &&
              std::is_trivially_destructible_v<StoreThreads>);

int64_t MonotonicSeconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec;
}

}  // namespace

// Whether nobody reads the slot. Meaningful for a slot that is not the current one: a reader that
// counts itself in afterwards sees so and leaves without a look.
bool Store::IsIdle(uint32_t slot) const {
  for (const StoreThreads::Counter& counter : threads_->counters[slot]) {
    if (counter.readers.load(std::memory_order_seq_cst) != 0) return false;
  }
  return true;
}

// Under the reload lock.
void Store::UnmapIdleSlots() {
  const uint32_t current = current_.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < kStoreSlots; ++i) {
    if (i != current && IsIdle(i)) Unmap(&slots_[i].mapping);
  }
}

// Whoever finds the lock taken leaves the wish behind; the holder looks at it after unlocking.
void Store::Sweep() {
  threads_->sweep_wanted.store(true);
  while (threads_->sweep_wanted.load() && threads_->reload_lock.TryLock()) {
    threads_->sweep_wanted.store(false);
    UnmapIdleSlots();
    threads_->reload_lock.Unlock();
  }
}

void Store::ReportFailedReload(const StateData& kept, const char* trouble) {
  if (kept.policy.damaged == Action::kAllow || kept.policy.mode == Mode::kOff) return;
  JournalLine line(JournalKind::kOther, kJournalWarning);
  line.message.Add("the new snapshot cannot be used: ").Add(trouble).Add("; generation ");
  line.message.AddNumber(kept.snapshot.generation()).Add(" stays in force");
  journal_->Send(&line);
}

// Loads into an idle slot and makes it the current one, unless that would replace data by none.
// Under the reload lock. False when there is reason to try again.
bool Store::LoadIntoIdleSlot(bool is_retry) {
  const uint32_t current = current_.load(std::memory_order_relaxed);
  const StateData& old = slots_[current];
  for (uint32_t i = 0; i < kStoreSlots; ++i) {
    StateData& data = slots_[i];
    if (i == current || !IsIdle(i)) continue;
    Unmap(&data.mapping);
    LoadState(*paths_, &data);
    if (old.mapping && !data.mapping) {
      if (!is_retry) ReportFailedReload(old, data.trouble);
      return false;
    }
    current_.store(i, std::memory_order_seq_cst);
    return data.mapping && generation_file_.load() != nullptr;
  }
  return false;
}

// Under the reload lock.
void Store::Load() {
  if (reload_ && generation_file_.load() == nullptr) {
    const Mapping file = MapGenerationFile(*paths_);
    generation_file_size_ = file.size;
    generation_file_.store(file.base);
  }
  // First the word, then the file: a replacement in between is noticed at the next look.
  const uint64_t word = GenerationWord();
  const bool is_retry = word == seen_word_.load(std::memory_order_relaxed);
  retry_at_.store(LoadIntoIdleSlot(is_retry) ? 0 : MonotonicSeconds() + kRetrySeconds);
  seen_word_.store(word);
}

uint64_t Store::GenerationWord() const {
  const uint8_t* const file = generation_file_.load(std::memory_order_acquire);
  if (file == nullptr) return 0;
  return __atomic_load_n(reinterpret_cast<const uint64_t*>(file + kGenerationWordAt),
                         __ATOMIC_ACQUIRE);
}

bool Store::IsReloadDue() const {
  if (!reload_) return false;
  if (GenerationWord() != seen_word_.load(std::memory_order_relaxed)) return true;
  const int64_t retry_at = retry_at_.load(std::memory_order_relaxed);
  return retry_at != 0 && MonotonicSeconds() >= retry_at;
}

void Store::ReloadIfDue() {
  if (!IsReloadDue() || !threads_->reload_lock.TryLock()) return;
  if (IsReloadDue()) Load();
  threads_->reload_lock.Unlock();
  Sweep();
}

void Store::Open(const SnapshotPaths* paths, bool reload) {
  if (paths == nullptr) {
    slots_[0].state = DataState::kDamaged;
    return;
  }
  paths_ = paths;
  reload_ = reload;
  Load();
}

void Store::Close() {
  for (StateData& data : slots_) Unmap(&data.mapping);
  Mapping file = {generation_file_.exchange(nullptr), generation_file_size_};
  Unmap(&file);
}

void Store::ForgetOtherThreads() {
  threads_->reload_lock.Unlock();
  for (auto& slot : threads_->counters) {
    for (StoreThreads::Counter& counter : slot) counter.readers.store(0);
  }
}

StoreReader::StoreReader(Store& store) : store_(store) {
  store.ReloadIfDue();
  // We are on a stack, and stacks of different threads lie far apart.
  const uint64_t stack = reinterpret_cast<uintptr_t>(this) >> 16;
  shard_ = static_cast<uint32_t>(stack * 0x9e3779b97f4a7c15u >> 61) % kStoreShards;
  for (;;) {
    slot_ = store.current_.load(std::memory_order_seq_cst);
    std::atomic<uint32_t>& readers = store.threads_->counters[slot_][shard_].readers;
    readers.fetch_add(1, std::memory_order_seq_cst);
    if (store.current_.load(std::memory_order_seq_cst) == slot_) return;
    Leave();
    store.Sweep();  // for a moment the old data looked as if it were read
  }
}

void StoreReader::Leave() {
  std::atomic<uint32_t>& readers = store_.threads_->counters[slot_][shard_].readers;
  // Nobody is counted in a child that was forked by a signal handler, which we go on in when it
  // returns: below zero, the next reader would not show.
  if (readers.load(std::memory_order_relaxed) != 0) {
    readers.fetch_sub(1, std::memory_order_seq_cst);
  }
}

StoreReader::~StoreReader() {
  Leave();
  if (store_.current_.load(std::memory_order_seq_cst) != slot_) store_.Sweep();
}

}  // namespace crlite
