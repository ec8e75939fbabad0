#include "tests/bench/synthetic_universe.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"

namespace crlite::bench {
namespace {

constexpr uint64_t kPartSize = 1 << 16;  // serials
constexpr size_t kBatch = 64;
constexpr size_t kMaxRealSerial = 20;

uint64_t Mix(uint64_t z) {
  z += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

void StoreBe64(uint64_t value, uint8_t* out) {
  for (int i = 7; i >= 0; --i, value >>= 8) out[i] = static_cast<uint8_t>(value);
}

// Serials first .. last - 1 are revoked, and the real one if `real_is_revoked`.
class SyntheticIssuer final : public IssuerSource {
 public:
  SyntheticIssuer(const PlannedIssuer& plan, uint64_t first, uint64_t last, bool real_is_revoked)
      : plan_(plan), first_(first), last_(last), real_is_revoked_(real_is_revoked) {}

  const IssuerSpkiHash& issuer() const override { return plan_.issuer; }
  // The real serial is a part of its own, the last one.
  size_t num_parts() const override { return NumSyntheticParts() + (plan_.real ? 1 : 0); }
  uint64_t PartSize(size_t part) const override {
    return part == NumSyntheticParts() ? 1
                                       : std::min(kPartSize, plan_.num_known - part * kPartSize);
  }

  Status ReadKnown(size_t part, const KnownSink& sink) const override {
    if (part == NumSyntheticParts()) {
      const Bytes real(plan_.real->serial);
      sink(std::span(&real, 1));
      return Status::Ok();
    }
    std::array<SyntheticSerial, kBatch> serials;
    std::array<Bytes, kBatch> views;
    for (size_t i = 0; i < kBatch; ++i) views[i] = serials[i];
    const uint64_t end = part * kPartSize + PartSize(part);
    for (uint64_t counter = part * kPartSize; counter < end;) {
      size_t size = 0;
      while (size < kBatch && counter < end) serials[size++] = MakeSerial(plan_.number, counter++);
      sink(std::span<const Bytes>(views.data(), size));
    }
    return Status::Ok();
  }

  Status ReadRevoked(const RevokedSink& sink) const override {
    for (uint64_t counter = first_; counter < last_; ++counter) {
      sink(0, MakeSerial(plan_.number, counter));
    }
    if (real_is_revoked_) sink(0, plan_.real->serial);
    return Status::Ok();
  }

 private:
  size_t NumSyntheticParts() const {
    return static_cast<size_t>((plan_.num_known + kPartSize - 1) / kPartSize);
  }

  PlannedIssuer plan_;
  uint64_t first_, last_;
  bool real_is_revoked_;
};

// The revocations of filters first .. last.
Universe MakeUniverse(const Plan& plan, size_t first, size_t last) {
  Universe universe;
  for (const PlannedIssuer& issuer : plan.issuers) {
    const bool real_is_revoked =
        issuer.real && issuer.real->revoked_in >= first && issuer.real->revoked_in <= last;
    universe.issuers.push_back(std::make_unique<SyntheticIssuer>(
        issuer, issuer.FirstRevoked(first), issuer.FirstRevoked(last + 1), real_is_revoked));
  }
  std::sort(universe.issuers.begin(), universe.issuers.end(),
            [](const auto& a, const auto& b) { return a->issuer() < b->issuer(); });
  return universe;
}

bool ParseReal(const std::string& text, PlannedIssuer::RealCertificate* real) {
  const size_t colon = text.find(':');
  if (colon == text.npos || !FromHex(text.substr(0, colon), &real->serial)) return false;
  const int filter = std::atoi(text.c_str() + colon + 1);
  if (filter >= 0) real->revoked_in = static_cast<size_t>(filter);
  return !real->serial.empty() && real->serial.size() <= kMaxRealSerial;
}

Result<Plan> ReadIssuers(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error{ErrorCode::kIo, path + ": cannot open"};
  Plan plan;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    PlannedIssuer issuer;
    std::string hash, real;
    uint64_t num_revoked;
    fields >> issuer.number >> hash >> issuer.num_known >> num_revoked;
    if (!fields || !FromHexExactly(hash, issuer.issuer.bytes)) {
      return MalformedError(
          fmt::format("{}: \"{}\", wanted number, hash, known, revoked", path, line));
    }
    issuer.num_revoked.push_back(num_revoked);
    if (fields >> real && !ParseReal(real, &issuer.real.emplace())) {
      return MalformedError(fmt::format("{}: \"{}\", wanted serial:filter", path, real));
    }
    plan.issuers.push_back(std::move(issuer));
  }
  return plan;
}

// The smallest r with floor(1.02 r) = m.
uint64_t RevocationsOf(uint32_t m) { return (uint64_t{m} * 100 + 101) / 102; }

Status AddDelta(const Clubcard& delta, size_t k, Plan* plan) {
  for (PlannedIssuer& issuer : plan->issuers) {
    const ClubcardBlock* block = delta.FindBlock(issuer.issuer);
    uint64_t num_revoked = block == nullptr ? 0 : RevocationsOf(block->approx_m);
    const bool has_real = issuer.real && issuer.real->revoked_in == k;
    if (has_real && num_revoked == 0) return MalformedError("the real certificate is missing");
    issuer.num_revoked.push_back(num_revoked - (has_real ? 1 : 0));
  }
  return Status::Ok();
}

uint64_t MixOf(uint64_t a, uint64_t b, uint64_t c) { return Mix(a ^ Mix(b ^ Mix(c))); }
// From 0 to range - 1, by what it is for, issuer and filter.
uint64_t Draw(uint64_t purpose, uint64_t issuer, uint64_t k, uint64_t range) {
  return MixOf(purpose, issuer, k) % range;
}

// One issuer in seven has none revoked; the others mostly few, seldom a fifth.
uint64_t DrawRevoked(uint64_t number, uint64_t num_known) {
  if (Draw(1, number, 0, 7) == 0) return 0;
  const uint64_t u = 1 + Draw(2, number, 0, 1000);
  return num_known * (u * u * u / 3100) / 1'000'000;
}

// As the real deltas are: an issuer with 10,000 revocations or more is in every delta, with about
// 0.45 % of them; a smaller one in about every fourth.
uint64_t DrawNew(uint64_t number, size_t k, uint64_t num_revoked) {
  const uint64_t mean = num_revoked * 45 * (700 + Draw(3, 0, k, 601)) / 10'000'000;
  if (mean < 40 && Draw(4, number, k, 1000) >= std::min<uint64_t>(num_revoked, 280)) return 0;
  return (mean * (500 + Draw(5, number, k, 1001)) + 999) / 1000;
}

}  // namespace

SyntheticSerial MakeSerial(uint64_t number, uint64_t counter) {
  const uint64_t a = Mix((number * 0xD1342543DE82EF95) ^ Mix(counter));
  const uint64_t b = Mix(a ^ (counter * 0xA24BAED4963EE407) ^ number);
  SyntheticSerial serial;
  StoreBe64(a, serial.data());
  StoreBe64(b, serial.data() + 8);
  serial[0] = static_cast<uint8_t>((serial[0] & 0x7f) | 1);
  return serial;
}

uint64_t PlannedIssuer::FirstRevoked(size_t k) const {
  return std::accumulate(num_revoked.begin(), num_revoked.begin() + static_cast<ptrdiff_t>(k),
                         uint64_t{0});
}

Result<Plan> ReadPlan(const std::string& path) {
  Result<Plan> plan = ReadIssuers(path);
  if (!plan.ok()) return plan;
  const std::string folder = path.substr(0, path.rfind('/') + 1) + "revocation/";
  std::ifstream manifest_file(folder + "manifest.json");
  const auto manifest = nlohmann::json::parse(manifest_file, nullptr, /*allow_exceptions=*/false);
  if (manifest.is_discarded()) return Error{ErrorCode::kIo, folder + "manifest.json: cannot read"};
  for (size_t k = 1; k < manifest["filters"].size(); ++k) {
    const std::string name = folder + manifest["filters"][k]["filename"].get<std::string>();
    const Result<std::vector<uint8_t>> content = ReadFile(name, kMaxFilterFileSize);
    if (!content.ok()) return content.error();
    const Result<std::unique_ptr<Clubcard>> delta = ReadClubcardV3(*content);
    if (!delta.ok()) return delta.error().In(name);
    if (Status status = AddDelta(**delta, k, &*plan); !status.ok()) return status.error().In(name);
  }
  return plan;
}

Plan MakePlan() {
  constexpr uint64_t kNumIssuers = 1003, kNumDeltas = 60;
  constexpr uint64_t kLargest = 180'000'000, kLargestRevoked = 3'600'000;
  Plan plan;
  for (uint64_t number = 0; number < kNumIssuers; ++number) {
    PlannedIssuer issuer;
    issuer.number = number;
    for (uint64_t i = 0; i < 4; ++i) StoreBe64(MixOf(0, number, i), issuer.issuer.bytes + 8 * i);
    issuer.num_known = number == 0 ? kLargest : 16'000'000 / number + 500;
    const uint64_t num_revoked =
        number == 0 ? kLargestRevoked : DrawRevoked(number, issuer.num_known);
    issuer.num_revoked.push_back(num_revoked);
    for (size_t k = 1; k <= kNumDeltas; ++k) {
      issuer.num_revoked.push_back(DrawNew(number, k, num_revoked));
    }
    plan.issuers.push_back(std::move(issuer));
  }
  return plan;
}

Plan Scaled(Plan plan, uint64_t divisor, size_t num_deltas) {
  for (PlannedIssuer& issuer : plan.issuers) {
    issuer.num_revoked.resize(std::min(num_deltas + 1, issuer.num_revoked.size()));
    // Sums are divided: what a single small delta loses comes with a later one.
    uint64_t before = 0, scaled_before = 0;
    for (uint64_t& num_revoked : issuer.num_revoked) {
      before += num_revoked;
      num_revoked = before / divisor - scaled_before;
      scaled_before = before / divisor;
    }
    issuer.num_known = std::max<uint64_t>(1, issuer.num_known / divisor);
  }
  return plan;
}

Universe UniverseAt(const Plan& plan, size_t k) { return MakeUniverse(plan, 0, k); }
Universe NewsOf(const Plan& plan, size_t k) { return MakeUniverse(plan, k, k); }

std::vector<CoverageInterval> CoverageAt(size_t k) {
  constexpr size_t kNumLogs = 55;
  constexpr uint64_t kFirstEnd = 1'783'600'000'000, kHalfDay = 43'200'000;
  std::vector<CoverageInterval> coverage(kNumLogs);
  for (uint64_t log = 0; log < kNumLogs; ++log) {
    for (uint64_t i = 0; i < 4; ++i) StoreBe64(MixOf(6, log, i), coverage[log].log.bytes + 8 * i);
    coverage[log].low_ms = kCoveredFrom;
    coverage[log].high_ms = kFirstEnd + k * kHalfDay;
  }
  std::sort(coverage.begin(), coverage.end(),
            [](const auto& a, const auto& b) { return a.log < b.log; });
  return coverage;
}

}  // namespace crlite::bench
