// The data in force in this process: one for all copies of libcrypto, replaced while others read.
//
// Freestanding. Readers take no lock and make no system call unless the generation word changed.
// One thread at a time reloads; the others go on with what they have. An old mapping is unmapped
// when its last reader leaves.
#pragma once

#include "provider/state_directory.h"

namespace crlite {

// Loads the data for the first time. `paths` must live as long as the process; null: the setting
// was unusable, which counts as damaged data. With `reload` false, the data is never looked at
// again. Call once, under the initialisation's lock.
void OpenStore(const SnapshotPaths* paths, bool reload);

// In a forked child, before anything else: no other thread reads or reloads any more.
void ForgetOtherThreads();

// Keeps the data in force where it is for as long as it lives. Short: no callback, nothing
// blocking.
class StoreReader {
 public:
  StoreReader();  // looks whether there is a new generation first
  StoreReader(const StoreReader&) = delete;
  StoreReader& operator=(const StoreReader&) = delete;
  ~StoreReader();

  const StateData& data() const;

 private:
  uint32_t slot_;
  uint32_t shard_;
};

}  // namespace crlite
