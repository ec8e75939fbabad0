// What the administrator decided, compiled into the snapshot, and what follows from it for one
// verdict.
//
// Freestanding. docs/architecture.md, "Policy"; the encoding is in docs/snapshot-format.md.
#pragma once

#include "cascade/reader/query.h"

namespace crlite {

enum class Mode : uint8_t { kOff = 0, kShadow = 1, kEnforce = 2 };
// "off", "shadow", "enforce": the word of every configuration. Static strings.
const char* ModeName(Mode mode);
// The mode of that name. False, leaving *out alone, when there is none.
[[nodiscard]] bool ParseMode(const char* text, Mode* out);

enum class Action : uint8_t { kAllow = 0, kReport = 1, kDeny = 2 };

struct Policy {
  Mode mode = Mode::kEnforce;
  bool insist = false;  // environment and openssl.cnf can only strengthen `mode`
  Action never_provisioned = Action::kAllow;
  Action stale = Action::kAllow;
  Action damaged = Action::kReport;
  uint32_t stale_after_s = 10 * 86400;

  friend bool operator==(const Policy&, const Policy&) = default;
};

inline constexpr size_t kEncodedPolicySize = 16;
void EncodePolicy(const Policy& policy, uint8_t out[kEncodedPolicySize]);
// Returns false, leaving *out alone, for a wrong size or a value that no Policy encodes to.
[[nodiscard]] bool DecodePolicy(Bytes encoded, Policy* out);

// The three ways in which data can be missing, and their absence.
enum class DataState : uint8_t { kFresh, kStale, kNeverProvisioned, kDamaged };
// "fresh", "stale", "never-provisioned", "damaged". Static strings.
const char* DataStateName(DataState state);

// kStale when the data's own time lies more than `stale_after_s` before `now_ms`.
DataState FreshnessOf(const Policy& policy, uint64_t data_time_ms, uint64_t now_ms);

// The mode in force: `requested` (environment, else module section) replaces the policy's, but with
// `insist` it can only strengthen it.
Mode EffectiveMode(const Policy& policy, bool has_requested, Mode requested);

enum class Refusal : uint8_t { kNone, kRevoked, kNoData };

struct Decision {
  Refusal refusal = Refusal::kNone;  // what to do to the host's verification
  Refusal report = Refusal::kNone;   // what to tell the journal (also what shadow mode withheld)
  bool is_withheld = false;          // reported, and refused but for shadow mode
  bool is_exempt = false;            // reported, and let through for an exemption
};

// What follows for the host. Verdicts that were reached before any data (no SCT, expired, ...) are
// allowed under every policy; staleness decides only about what the data would have let through.
Decision Decide(const Policy& policy, Mode mode, DataState state, const Verdict& verdict);

// The same decision for a certificate with an exemption in force: nothing is refused, and what
// would have been is reported. Ask for exemptions only when there is something to report.
Decision Exempted(const Decision& decision);

}  // namespace crlite
