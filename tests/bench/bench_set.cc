#include "tests/bench/bench_set.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/snapshot/compiler.h"

namespace crlite::bench {
namespace {

Result<std::unique_ptr<Clubcard>> ReadClubcardFile(const std::string& path) {
  Result<std::unique_ptr<Filter>> filter = ReadFilterFile(path);
  if (!filter.ok()) return filter.error();
  auto* const clubcard = dynamic_cast<Clubcard*>(filter->get());
  if (clubcard == nullptr) return MalformedError(path + ": no clubcard");
  (void)filter->release();
  return std::unique_ptr<Clubcard>(clubcard);
}

Result<std::vector<SetIssuer>> ReadPlanFile(const std::string& path) {
  std::ifstream file(path);
  std::vector<SetIssuer> plan;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string hash;
    SetIssuer issuer;
    if (!(fields >> issuer.number >> hash >> issuer.known >> issuer.revoked) ||
        !FromHexExactly(hash, issuer.hash.bytes)) {
      return MalformedError(path + ": line \"" + line + "\"");
    }
    plan.push_back(issuer);
  }
  if (plan.empty()) return MalformedError(path + ": no issuer");
  std::ranges::stable_sort(plan, std::greater<>(), &SetIssuer::known);
  return plan;
}

}  // namespace

uint64_t BenchSet::TotalSize() const {
  uint64_t size = 0;
  for (const auto& clubcard : clubcards) size += clubcard->file_size;
  return size;
}

Result<BenchSet> ReadBenchSet(const std::string& directory) {
  BenchSet set;
  Result<std::vector<SetIssuer>> plan = ReadPlanFile(directory + "/plan.txt");
  if (!plan.ok()) return plan.error();
  set.issuers = std::move(plan).value();
  const std::string folder = directory + "/revocation/";
  std::ifstream file(folder + "manifest.json");
  const nlohmann::json manifest = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (manifest.is_discarded()) return MalformedError(folder + "manifest.json: no JSON");
  for (const nlohmann::json& entry : manifest["filters"]) {
    set.paths.push_back(folder + entry["filename"].get<std::string>());
    Result<std::unique_ptr<Clubcard>> clubcard = ReadClubcardFile(set.paths.back());
    if (!clubcard.ok()) return clubcard.error();
    set.clubcards.push_back(std::move(clubcard).value());
  }
  return set;
}

Result<std::vector<uint8_t>> CompileFirst(const BenchSet& set, size_t count) {
  SnapshotInput input;
  for (size_t i = 0; i < count; ++i) {
    input.filters.push_back({"filter-" + std::to_string(i), {}, 0, set.clubcards[i].get()});
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  input.data_time_ms =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  input.generation = 1;
  return CompileSnapshot(input);
}

}  // namespace crlite::bench
