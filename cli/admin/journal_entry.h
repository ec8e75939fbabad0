// What the module told the journal about one certificate, as journalctl prints it
// (docs/formats.md, "Journal entry").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crlite {

enum class JournalAction { kRefused, kWithheld, kExempted, kReported };

inline constexpr JournalAction kJournalActions[] = {
    JournalAction::kRefused, JournalAction::kWithheld, JournalAction::kExempted,
    JournalAction::kReported};

// As in the entry: "refused", "withheld", "exempted", "reported".
const char* JournalActionName(JournalAction action);

// Everybody may write to the journal: no text here has control characters, and each may be empty.
struct JournalEntry {
  uint64_t time_ms = 0;  // when journald received it; 0: unknown
  JournalAction action = JournalAction::kReported;
  std::string rule, program, pid, serial, issuer, filter, mode, exemption;
};

enum class JournalLineKind {
  kEntry,    // *out is filled
  kMessage,  // of the module, but not about a certificate
  kNone,     // no entry at all: journalctl's own remarks
  kUnreadable,
};

// Reads one line of `journalctl -o json`.
JournalLineKind ParseJournalLine(std::string_view line, JournalEntry* out);

}  // namespace crlite
