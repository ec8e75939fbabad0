// What is behind a crlite_result.
#pragma once

#include "cascade/live/finding.h"
#include "include/crlite/crlite.h"

struct crlite_result {
  crlite::Finding finding;
  char filter[33] = "";  // printable, with a 0 behind it
  uint64_t data_age_ms = 0;
};

namespace crlite {

// Makes it like a new one.
void ResetResult(crlite_result* result);

// Derives the rest from the finding.
void FinishResult(uint64_t now_ms, crlite_result* result);

}  // namespace crlite
