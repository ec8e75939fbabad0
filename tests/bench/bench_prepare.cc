// bench_prepare --set DIR --out DIR: compiles the set's snapshot to OUT/snapshot, and writes
// OUT/questions.tsv, some questions of each kind as programs without the set take them:
//   <kind> \t <issuer SPKI hash> \t <serial> \t <log id>:<ms>,...
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "tests/bench/questions.h"

namespace crlite::bench {
namespace {

constexpr size_t kOfEachKind = 64;

std::string Line(const char* kind, const Question& question) {
  std::string scts;
  for (const Sct& sct : question.scts) {
    scts += fmt::format("{}{}:{}", scts.empty() ? "" : ",", ToHex(sct.log.bytes), sct.timestamp_ms);
  }
  return fmt::format("{}\t{}\t{}\t{}\n", kind, ToHex(question.issuer.bytes), ToHex(question.serial),
                     scts);
}

Status Write(const std::string& path, Bytes content) {
  return WriteFileAtomically(path, content, 0644);
}

int Main(const std::string& set_path, const std::string& out) {
  const BenchSet set = OrDie(ReadBenchSet(set_path));
  const std::vector<uint8_t> content = OrDie(CompileFirst(set, set.clubcards.size()));
  Snapshot snapshot;
  Must(Snapshot::Open(content, &snapshot) == SnapshotError::kNone, "snapshot opens");
  std::string lines;
  for (const QuestionKind& kind : MakeQuestions(set, snapshot)) {
    const size_t count = std::min(kOfEachKind, kind.questions.size());
    for (size_t i = 0; i < count; ++i) lines += Line(kind.name, kind.questions[i]);
  }
  const Bytes text(reinterpret_cast<const uint8_t*>(lines.data()), lines.size());
  for (const Status& status :
       {Write(out + "/snapshot", content), Write(out + "/questions.tsv", text)}) {
    if (status.ok()) continue;
    fprintf(stderr, "bench_prepare: %s\n", status.error().message.c_str());
    return ExitCodeOf(status.error().code);
  }
  return 0;
}

}  // namespace
}  // namespace crlite::bench

int main(int argc, char** argv) {
  if (argc != 5 || strcmp(argv[1], "--set") != 0 || strcmp(argv[3], "--out") != 0) {
    fprintf(stderr, "usage: bench_prepare --set DIR --out DIR\n");
    return 64;
  }
  return crlite::bench::Main(argv[2], argv[4]);
}
