// Lines in the system's journal (docs/formats.md, "Journal entry").
//
// Freestanding. One datagram to journald, else to syslog; never blocks, never fails the caller,
// keeps no descriptor, leaves nothing on stderr.
#pragma once

#include <atomic>

#include "cascade/live/text.h"

namespace crlite {

inline constexpr unsigned kJournalWarning = 4;  // RFC 5424 severities
inline constexpr unsigned kJournalNotice = 5;

// Lines of one kind do not use up the other's minute.
enum class JournalKind { kRevocation, kOther };

// Room for the longest serial, an issuer and a program.
using JournalMessage = Text<768>;

struct JournalLine {
  JournalLine(JournalKind line_kind, unsigned severity) : kind(line_kind), priority(severity) {}

  JournalKind kind;
  unsigned priority;
  JournalMessage message;  // without a newline
  Text<2048> fields;       // "NAME=value\n"..., for journald alone
};

// Takes at most 20 lines a minute about revoked certificates and as many about all else; the next
// minute's first line of the kind tells how many were left out. Send is thread-safe.
class Journal {
 public:
  constexpr Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Keeps the program's name for all lines. Early, as a program that shows its state in place of
  // its arguments (nginx, PostgreSQL) overwrites it.
  void KeepProgramName();

  // With false, Send makes no system call.
  void Enable(bool enabled) { enabled_ = enabled; }

  // Adds to the line what belongs to every one.
  void Send(JournalLine* line);

  // One line about something in the configuration: "<subject>: <what>".
  void SendTrouble(const char* subject, const char* what);

 private:
  bool TakeLine(JournalKind kind, uint32_t* suppressed);

  bool enabled_ = true;
  char program_[48] = "";  // empty: none known
  // For each kind: the minute in the upper half, the lines asked for in it in the lower one.
  std::atomic<uint64_t> minute_and_lines_[2] = {};
};

}  // namespace crlite
