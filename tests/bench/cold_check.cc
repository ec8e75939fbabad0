// What a fresh process pays for its first check. Static, so that nothing is counted but that:
//   cold_check SNAPSHOT ISSUER SERIAL LOG:MS,LOG:MS,...   prints "<ns> <minor faults> <outcome>"
//   cold_check --map SNAPSHOT   open, fstat, mmap and close alone: prints "<ns> <minor faults> -"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "cascade/base/hex.h"
#include "cascade/reader/snapshot.h"

namespace crlite {
namespace {

// Time and faults from its making on.
class Meter {
 public:
  Meter() : faults_(Faults()), ns_(Now()) {}
  void Print(const char* outcome) const {
    const long ns = Now() - ns_;
    const long faults = Faults() - faults_;
    printf("%ld %ld %s\n", ns, faults, outcome);
  }

 private:
  static long Now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
  }
  static long Faults() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
  }
  long faults_, ns_;
};

// As the module does it.
Bytes Map(const char* path) {
  const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) return {};
  const size_t size = static_cast<size_t>(status.st_size);
  void* const base = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (base == MAP_FAILED) return {};
  return {static_cast<const uint8_t*>(base), size};
}

bool ParseScts(std::string_view text, std::vector<Sct>* out) {
  while (text.size() > 65) {
    Sct& sct = out->emplace_back();
    if (!FromHexExactly(text.substr(0, 64), sct.log.bytes)) return false;
    sct.timestamp_ms = strtoull(text.data() + 65, nullptr, 10);
    text.remove_prefix(std::min(text.size(), text.find(',', 65)));
    if (!text.empty()) text.remove_prefix(1);
  }
  return !out->empty();
}

int MapAlone(const char* path) {
  Meter();  // the clock's own page is there from now on
  const Meter meter;
  const Bytes bytes = Map(path);
  meter.Print("-");
  return bytes.empty() ? 74 : 0;
}

int CheckOnce(char** arguments) {
  Query query;
  std::vector<uint8_t> serial;
  std::vector<Sct> scts;
  if (!FromHexExactly(arguments[2], query.issuer.bytes) || !FromHex(arguments[3], &serial) ||
      !ParseScts(arguments[4], &scts)) {
    return 64;
  }
  query.serial = serial;
  query.scts = scts;
  Meter();
  const Meter meter;
  const Bytes bytes = Map(arguments[1]);
  Snapshot snapshot;
  if (Snapshot::Open(bytes, &snapshot) != SnapshotError::kNone) return 65;
  const Verdict verdict = snapshot.Check(query);
  meter.Print(OutcomeName(verdict.outcome));
  return 0;
}

}  // namespace
}  // namespace crlite

int main(int argc, char** argv) {
  if (argc == 3 && strcmp(argv[1], "--map") == 0) return crlite::MapAlone(argv[2]);
  if (argc == 5) return crlite::CheckOnce(argv);
  fprintf(stderr, "usage: cold_check SNAPSHOT ISSUER SERIAL SCTS | cold_check --map SNAPSHOT\n");
  return 64;
}
