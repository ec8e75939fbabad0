// From a question to an answer and what follows from it for the host: the verdict, judged by the
// policy in force.
//
// Freestanding. Thread-safe.
#pragma once

#include "cascade/live/requested_mode.h"
#include "cascade/live/store.h"
#include "cascade/reader/sct_list.h"

namespace crlite {

// What is asked about a leaf: a query that owns what it points to.
struct LeafQuestion {
  static constexpr size_t kMaxSerialSize = 255;

  IssuerSpkiHash issuer;
  uint8_t serial[kMaxSerialSize + 1];  // content octets, as in the certificate
  size_t serial_size = 0;
  SctList scts;

  Bytes Serial() const { return {serial, serial_size}; }
  Query AsQuery() const { return {issuer, Serial(), scts.Span()}; }
};

// Where the SHA-256 of the leaf's whole SubjectPublicKeyInfo comes from: asked for only when an
// exemption may hang on it. `hash` may be null; false: there is none.
struct LeafKeySource {
  bool (*hash)(const void* context, uint8_t out[kHashSize]) = nullptr;
  const void* context = nullptr;
};

// The decision with everything that is told about it, copied out of the snapshot.
struct Finding {
  Verdict verdict;
  Decision decision;
  DataState state = DataState::kFresh;
  Mode mode = Mode::kEnforce;
  bool insist = false;
  uint64_t generation = 0;
  uint64_t data_time_ms = 0;
  const char* trouble = nullptr;  // why there is no snapshot; a static string, or null
  uint8_t filter[32];             // name of the verdict's filter
  size_t filter_size = 0;
  ExemptionKey exemption;  // the one in force, when decision.is_exempt
  LeafQuestion question;   // complete when verdict.reason was not decided before any data
};

// The time of day as exact as libcrypto's own clock, time(); no system call even where the fine
// clock needs one.
struct WallClock {
  int64_t seconds;  // since the epoch
  uint64_t ms;      // the same in milliseconds; 0 for a time before
};
WallClock ReadWallClock();

// What `data` says of itself: state, mode, generation, time.
void DescribeData(const StateData& data, RequestedMode mode, uint64_t now_ms, Finding* out);

// Asks the data about out->question and judges the answer; after DescribeData.
void Judge(const StateData& data, LeafKeySource leaf_key, uint64_t now_ms, Finding* out);

}  // namespace crlite
