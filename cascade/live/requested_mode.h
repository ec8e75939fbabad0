// The mode that a process asks for, by its environment or its configuration.
//
// Freestanding.
#pragma once

#include "cascade/live/journal.h"
#include "cascade/reader/policy.h"

namespace crlite {

// EffectiveMode (cascade/reader/policy.h) makes of it and the policy what is in force.
struct RequestedMode {
  bool is_set = false;
  Mode mode = Mode::kEnforce;
};

// Takes the mode from `text` (null: not given) and returns whether there is one. Anything else but
// a mode's name counts as not given, and leaves a line about `subject` in the journal.
bool ReadMode(const char* subject, const char* text, Journal* journal, RequestedMode* out);

}  // namespace crlite
