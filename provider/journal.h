// Lines in the system's journal.
//
// Freestanding. One datagram to journald, else to syslog; never blocks, never fails the caller,
// keeps no descriptor, leaves nothing on stderr. At most 20 lines a minute and process; the next
// minute's first line tells how many were left out.
#pragma once

#include "provider/text.h"

namespace crlite {

inline constexpr unsigned kJournalWarning = 4;  // RFC 5424 severities
inline constexpr unsigned kJournalNotice = 5;

// Module setting `journal`. With false, Send makes no system call.
void EnableJournal(bool enabled);

struct JournalLine {
  explicit JournalLine(unsigned severity) : priority(severity) {}

  void Send();

  unsigned priority;
  Text<512> message;  // without a newline
  Text<2048> fields;  // "NAME=value\n"..., for journald alone
};

// One line about something in the module's own configuration: "<subject>: <what>".
void JournalTrouble(const char* subject, const char* what);

}  // namespace crlite
