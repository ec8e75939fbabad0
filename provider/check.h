// From a verified chain to a verdict and what follows from it for the host.
//
// Freestanding. Thread-safe; changes nothing in the context and calls nothing back.
#pragma once

#include "cascade/reader/policy.h"
#include "provider/leaf.h"
#include "provider/settings.h"

namespace crlite {

// The decision with everything that a journal line tells about it, copied out of the snapshot.
struct Finding {
  Verdict verdict;
  Decision decision;
  DataState state = DataState::kFresh;
  Mode mode = Mode::kEnforce;
  bool insist = false;
  uint64_t generation = 0;
  const char* trouble = nullptr;  // why there is no snapshot; a static string, or null
  uint8_t filter[32];             // name of the verdict's filter
  size_t filter_size = 0;
  ExemptionKey exemption;  // the one in force, when decision.is_exempt
  LeafQuestion question;   // complete when verdict.reason was not decided before any data
};

// Fills *out, which is fresh, for the context's chain.
void CheckChain(const Libcrypto& api, X509_STORE_CTX* ctx, const Settings& settings, Finding* out);

}  // namespace crlite
