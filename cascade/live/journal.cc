#include "cascade/live/journal.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

namespace crlite {
namespace {

constexpr uint32_t kLinesAMinute = 20;
constexpr unsigned kFacilityUser = 1;
constexpr char kJournaldSocket[] = "/run/systemd/journal/socket";
constexpr char kSyslogSocket[] = "/dev/log";

bool SendDatagram(const char* path, const char* data, size_t size) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path, strlen(path));
  const ssize_t sent = sendto(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT,
                              reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(fd);
  return sent >= 0;
}

}  // namespace

void Journal::KeepProgramName() {
  const char* const name = program_invocation_short_name;
  if (name == nullptr) return;
  const auto* bytes = reinterpret_cast<const uint8_t*>(name);
  Text<sizeof program_ - 1> printable;
  printable.AddPrintable(Bytes(bytes, strlen(name)));
  memcpy(program_, printable.c_str(), printable.size() + 1);
}

// Takes one line of this minute's. False when there is none left. *suppressed: how many lines the
// last minute with any could not have, told once.
bool Journal::TakeLine(JournalKind kind, uint32_t* suppressed) {
  std::atomic<uint64_t>& minute_and_lines = minute_and_lines_[static_cast<size_t>(kind)];
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  // Never 0, so that the initial state is no minute's.
  const uint64_t minute = static_cast<uint64_t>(now.tv_sec / 60 + 1) << 32;
  uint64_t old = minute_and_lines.load(std::memory_order_relaxed), next;
  uint32_t lines;
  do {
    lines = static_cast<uint32_t>(old);
    const bool is_same_minute = (old ^ minute) >> 32 == 0;
    *suppressed = !is_same_minute && lines > kLinesAMinute ? lines - kLinesAMinute : 0;
    next = is_same_minute ? old + 1 : minute + 1;
  } while (!minute_and_lines.compare_exchange_weak(old, next, std::memory_order_relaxed));
  return static_cast<uint32_t>(next) <= kLinesAMinute;
}

void Journal::Send(JournalLine* line) {
  uint32_t suppressed;
  if (!enabled_ || !TakeLine(line->kind, &suppressed)) return;
  JournalMessage& message = line->message;
  if (program_[0] != 0) message.Add(", program ").Add(program_);
  if (suppressed != 0) {
    message.Add(" (").AddNumber(suppressed).Add(" earlier lines were left out)");
  }
  const uint64_t pid = static_cast<uint64_t>(getpid());
  // https://systemd.io/JOURNAL_NATIVE_PROTOCOL/: "NAME=value\n"...
  Text<3072> entry;
  entry.Add("MESSAGE=").Add(message.c_str()).Add("\nPRIORITY=").AddNumber(line->priority);
  entry.Add("\nSYSLOG_IDENTIFIER=crlite\nSYSLOG_PID=").AddNumber(pid);
  if (program_[0] != 0) entry.Add("\nCRLITE_PROGRAM=").Add(program_);
  entry.Add("\n").Add(line->fields.c_str());
  if (SendDatagram(kJournaldSocket, entry.data(), entry.size())) return;
  // RFC 3164, section 4.3.3: the receiver adds the time, which would cost us the time zone's file.
  Text<1024> plain;
  plain.Add("<").AddNumber(kFacilityUser * 8 + line->priority).Add(">crlite[").AddNumber(pid);
  plain.Add("]: ").Add(message.c_str());
  SendDatagram(kSyslogSocket, plain.data(), plain.size());
}

void Journal::SendTrouble(const char* subject, const char* what) {
  JournalLine line(JournalKind::kOther, kJournalWarning);
  line.message.Add(subject).Add(": ").Add(what);
  Send(&line);
}

}  // namespace crlite
