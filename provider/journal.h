// Lines in the system's journal (docs/formats.md, "Journal entry").
//
// Freestanding. One datagram to journald, else to syslog; never blocks, never fails the caller,
// keeps no descriptor, leaves nothing on stderr. At most 20 lines a minute and process about
// revoked certificates and as many about all else; the next minute's first line of the kind tells
// how many were left out.
#pragma once

#include "provider/text.h"

namespace crlite {

inline constexpr unsigned kJournalWarning = 4;  // RFC 5424 severities
inline constexpr unsigned kJournalNotice = 5;

// Keeps the program's name for all lines. At initialisation, as a program that shows its state in
// place of its arguments (nginx, PostgreSQL) overwrites it.
void KeepProgramName();

// Module setting `journal`. With false, Send makes no system call.
void EnableJournal(bool enabled);

// Lines of one kind do not use up the other's minute.
enum class JournalKind { kRevocation, kOther };

// Room for the longest serial, an issuer and a program.
using JournalMessage = Text<768>;

struct JournalLine {
  JournalLine(JournalKind line_kind, unsigned severity) : kind(line_kind), priority(severity) {}

  void Send();

  JournalKind kind;
  unsigned priority;
  JournalMessage message;  // without a newline
  Text<2048> fields;       // "NAME=value\n"..., for journald alone
};

// One line about something in the module's own configuration: "<subject>: <what>".
void JournalTrouble(const char* subject, const char* what);

}  // namespace crlite
