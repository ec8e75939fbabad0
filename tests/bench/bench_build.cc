// Builds filters of real size and tells what that took: wall and CPU time, memory, bytes.
//
//     bench_build [--scale N] [--plan FILE] [--deltas K] [--format v3|v4] --json OUT [--out DIR]
//
// The universe is that of tests/bench/synthetic_universe.h: of the plan, or of one of its own. The
// yardstick is measured first in the same run: the SHA-256 of every known serial, once, on all
// cores. --out writes the set that the other benchmarks take: plan.txt, and in revocation/ the
// filters and a manifest.json, as a mirror would.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/builder/build.h"
#include "cascade/builder/parallel.h"
#include "tests/bench/synthetic_universe.h"

namespace crlite::bench {
namespace {

using nlohmann::json;

struct Options {
  uint64_t scale = 1;
  size_t num_deltas = 0;
  size_t every = 1;
  std::string plan, json, out;
  Clubcard::Format format = Clubcard::Format::kV4;
};

double CpuSeconds(const rusage& usage) {
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Wall and CPU time of this process since it was made.
class Stopwatch {
 public:
  Stopwatch() : wall_(Clock::now()) { getrusage(RUSAGE_SELF, &usage_); }
  json Read() const {
    rusage now;
    getrusage(RUSAGE_SELF, &now);
    const std::chrono::duration<double> wall = Clock::now() - wall_;
    return {{"wall_s", wall.count()}, {"cpu_s", CpuSeconds(now) - CpuSeconds(usage_)}};
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point wall_;
  rusage usage_;
};

// Prints how long each pass took, when its successor begins.
class PassTimes final : public BuildObserver {
 public:
  void BeginPass(const char* name, uint64_t) override {
    End();
    name_ = name;
    watch_ = Stopwatch();
  }
  void Advance(uint64_t) override {}
  void End() {
    if (name_.empty()) return;
    const json times = watch_.Read();
    fmt::print(stderr, "  {} and what follows: {:.2f} s wall, {:.2f} s CPU\n", name_,
               times["wall_s"].get<double>(), times["cpu_s"].get<double>());
    name_.clear();
  }

 private:
  std::string name_;
  Stopwatch watch_;
};

// log2 of the number of ways to choose `count` of `all`.
double Log2Choose(double all, double count) {
  return (std::lgamma(all + 1) - std::lgamma(count + 1) - std::lgamma(all - count + 1)) /
         std::log(2.0);
}

// The bytes that information theory asks for, for filter `k`.
double BoundOf(const Plan& plan, size_t k) {
  double bits = 0;
  for (const PlannedIssuer& issuer : plan.issuers) {
    bits += Log2Choose(static_cast<double>(issuer.num_known),
                       static_cast<double>(issuer.num_revoked[k]));
  }
  return bits / 8;
}

json MeasureYardstick(const Universe& universe) {
  struct Part {
    const IssuerSource* source;
    size_t number;
  };
  std::vector<Part> parts;
  for (const auto& source : universe.issuers) {
    for (size_t i = 0; i < source->num_parts(); ++i) parts.push_back({source.get(), i});
  }
  const Stopwatch watch;
  std::atomic<uint64_t> sum = 0;  // so that nothing is left out
  (void)ParallelFor(parts.size(), NumCores(), [&](size_t i) {
    const Part& part = parts[i];
    uint64_t part_sum = 0;
    Status status = part.source->ReadKnown(part.number, [&](std::span<const Bytes> serials) {
      for (Bytes serial : serials) part_sum ^= MakeEquationKey(part.source->issuer(), serial).a[0];
    });
    sum ^= part_sum;
    return status;
  });
  json result = watch.Read();
  result["checksum"] = sum.load();
  return result;
}

// As the mirror names them: two deltas a day.
std::string NameOf(size_t k) {
  if (k == 0) return "20261001-0-default.filter";
  const size_t day = 2 + (k - 1) / 2;  // of October
  return fmt::format("2026{:02}{:02}-{}-default.filter.delta", 10 + (day - 1) / 31,
                     (day - 1) % 31 + 1, (k - 1) % 2);
}

class Bench {
 public:
  Bench(const Options& options, Plan plan) : options_(options), plan_(std::move(plan)) {}

  Status Run() {
    if (!options_.out.empty()) {
      std::error_code error;
      std::filesystem::create_directories(Folder(), error);
      if (error) return Error{ErrorCode::kIo, Folder() + ": cannot make: " + error.message()};
    }
    report_["scale"] = options_.scale;
    report_["threads"] = NumCores();
    report_["yardstick"] = MeasureYardstick(UniverseAt(plan_, 0));
    report_["memory_before_kib"] = PeakMemoryKib();
    for (size_t k = 0; k <= plan_.num_deltas(); k += options_.every) {
      if (Status status = Build(k, NewsOf(plan_, k)); !status.ok()) return status;
    }
    if (!options_.out.empty()) {
      Status status = Write(Folder() + "manifest.json", manifest_.dump());
      if (status.ok()) status = Write(options_.out + "/plan.txt", PlanText());
      if (!status.ok()) return status;
    }
    return Write(options_.json, report_.dump(1) + "\n");
  }

 private:
  std::string Folder() const { return options_.out + "/revocation/"; }

  // The plan as it was built, with its scale.
  std::string PlanText() const {
    std::string text;
    for (const PlannedIssuer& issuer : plan_.issuers) {
      text += fmt::format("{} {} {} {}\n", issuer.number, ToHex(issuer.issuer.bytes),
                          issuer.num_known, issuer.num_revoked[0]);
    }
    return text;
  }

  static long PeakMemoryKib() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  }

  Status Build(size_t k, const Universe& universe) {
    PassTimes passes;
    BuildOptions build;
    build.format = options_.format;
    build.threads = NumCores();
    build.observer = k == 0 ? &passes : nullptr;
    const Stopwatch watch;
    const Result<BuildResult> result = BuildClubcard(universe, CoverageAt(k), build);
    if (!result.ok()) return result.error();
    passes.End();
    json entry = watch.Read();
    entry["peak_kib"] = PeakMemoryKib();
    entry["issuers"] = result->summary.num_issuers;
    entry["known"] = result->summary.num_known;
    entry["revoked"] = result->summary.num_revoked;
    entry["exceptions"] = result->summary.num_exceptions;
    entry["size"] = result->content.size();
    entry["bound"] = BoundOf(plan_, k);
    fmt::print(stderr, "{}: {}\n", NameOf(k), entry.dump());
    report_["filters"].push_back(std::move(entry));
    if (options_.out.empty()) return Status::Ok();
    manifest_["filters"].push_back({{"filename", NameOf(k)},
                                    {"size", result->content.size()},
                                    {"hash", ToHex(Sha256::Hash(result->content).bytes)}});
    return WriteFileAtomically(Folder() + NameOf(k), result->content, 0644);
  }

  static Status Write(const std::string& path, const std::string& text) {
    return WriteFileAtomically(
        path, Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()), 0644);
  }

  const Options& options_;
  const Plan plan_;
  json report_;
  json manifest_ = {
      {"generated_at", 1795000000}, {"comment", "synthetic universe"}, {"filters", json::array()}};
};

int Main(const Options& options) {
  Result<Plan> plan = options.plan.empty() ? MakePlan() : ReadPlan(options.plan);
  Status status = plan.ok() ? Status::Ok() : Status(plan.error());
  if (status.ok()) {
    status = Bench(options, Scaled(std::move(*plan), options.scale, options.num_deltas)).Run();
  }
  if (!status.ok()) fmt::print(stderr, "bench_build: {}\n", status.error().message);
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace crlite::bench

int main(int argc, char** argv) {
  crlite::bench::Options options;
  std::string format = "v4";
  CLI::App app("Builds filters of real size and tells what that took");
  app.add_option("--scale", options.scale, "Divisor of all numbers")->check(CLI::PositiveNumber);
  app.add_option("--plan", options.plan, "Plan file of a reference set");
  app.add_option("--deltas", options.num_deltas, "Deltas to build besides the full filter");
  app.add_option("--every", options.every, "Of these only the N-th, 2 N-th, ...")
      ->check(CLI::PositiveNumber);
  app.add_option("--format", format)->check(CLI::IsMember({"v3", "v4"}));
  app.add_option("--json", options.json, "Report")->required();
  app.add_option("--out", options.out, "Directory for the set");
  CLI11_PARSE(app, argc, argv);
  if (format == "v3") options.format = crlite::Clubcard::Format::kV3;
  return crlite::bench::Main(options);
}
