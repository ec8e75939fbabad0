// What all copies of libcrypto in this process share: one policy, one snapshot, one journal.
//
// Freestanding.
#pragma once

#include "cascade/live/store.h"

namespace crlite {

Journal& ProcessJournal();

// Opened once, by the first initialisation.
Store& ProcessStore();

}  // namespace crlite
