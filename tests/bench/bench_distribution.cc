// bench_distribution --set DIR [--small]: times single warm checks, one by one, and prints how long
// they took as JSON (tests/bench/report/report.py tells the form).
#include <time.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "tests/bench/questions.h"

namespace crlite::bench {
namespace {

// As rows of the results: 101 quantiles draw a curve, and the tail has some more.
constexpr double kTail[] = {0.995, 0.999, 0.9999};

int64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

// Ascending.
template <typename Action>
std::vector<int64_t> TimeEach(size_t count, const Action& action) {
  std::vector<int64_t> times(count);
  for (size_t i = 0; i < count; ++i) {
    const int64_t begin = Now();
    action(i);
    times[i] = Now() - begin;
  }
  std::ranges::sort(times);
  return times;
}

nlohmann::json Row(const char* kind, const std::vector<int64_t>& times, int64_t clock) {
  const auto at = [&](double part) {
    const size_t i = static_cast<size_t>(part * static_cast<double>(times.size() - 1));
    return std::max<int64_t>(1, times[i] - clock);
  };
  nlohmann::json curve;
  for (int percent = 0; percent <= 100; ++percent) curve.push_back(at(percent / 100.0));
  nlohmann::json tail;
  for (double part : kTail) tail.push_back({part, at(part)});
  return {{"id", std::string("distribution/") + kind},
          {"unit", "ns"},
          {"value", at(0.5)},
          {"samples", times.size()},
          {"curve", curve},
          {"tail", tail}};
}

int Main(const std::string& path, size_t count) {
  const BenchSet set = OrDie(ReadBenchSet(path));
  const std::vector<uint8_t> content = OrDie(CompileFirst(set, set.clubcards.size()));
  Snapshot snapshot;
  Must(Snapshot::Open(content, &snapshot) == SnapshotError::kNone, "snapshot opens");
  const int64_t clock = TimeEach(count, [](size_t) {})[count / 2];
  nlohmann::json rows = nlohmann::json::array();
  unsigned sum = 0;  // somebody has to look at the answers
  for (const QuestionKind& kind : MakeQuestions(set, snapshot)) {
    const std::vector<Question>& questions = kind.questions;
    if (questions.empty()) continue;
    const auto ask = [&](size_t i) {
      sum +=
          static_cast<unsigned>(snapshot.Check(questions[i % questions.size()].AsQuery()).outcome);
    };
    for (size_t i = 0; i < questions.size(); ++i) ask(i);
    rows.push_back(Row(kind.name, TimeEach(count, ask), clock));
  }
  const nlohmann::json out = {
      {"name", "distribution"}, {"clock_ns", clock}, {"checksum", sum}, {"rows", rows}};
  printf("%s\n", out.dump(1).c_str());
  return 0;
}

}  // namespace
}  // namespace crlite::bench

int main(int argc, char** argv) {
  const bool is_small = argc == 4 && strcmp(argv[3], "--small") == 0;
  if (argc < 3 || strcmp(argv[1], "--set") != 0 || (argc > 3 && !is_small)) {
    fprintf(stderr, "usage: bench_distribution --set DIR [--small]\n");
    return 64;
  }
  return crlite::bench::Main(argv[2], is_small ? 1000 : 200'000);
}
