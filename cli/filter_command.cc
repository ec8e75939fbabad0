#include "cli/filter_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cascade/filter/filter.h"
#include "cli/output.h"

namespace crlite {
namespace {

using Issuer = FilterDescription::Issuer;

struct FilterOptions {
  std::string file;
  bool issuers = false;
  bool json = false;
};

size_t CountExceptions(const FilterDescription& filter) {
  return std::accumulate(filter.issuers.begin(), filter.issuers.end(), size_t{0},
                         [](size_t sum, const Issuer& issuer) { return sum + issuer.exceptions; });
}

template <typename T>
void PrintRow(const char* name, const T& value) {
  fmt::print("{:<20}{}\n", name, value);
}

void PrintSummary(const std::string& file, const FilterDescription& filter) {
  PrintRow("file", file);
  PrintRow("kind", filter.kind);
  PrintRow("size", fmt::format("{} bytes", filter.file_size));
  PrintRow("logs covered", filter.coverage.size());
  PrintRow("issuers", filter.issuers.size());
  if (!filter.layers.empty()) {
    PrintRow("inverted", filter.cascade_inverted ? "yes" : "no");
    PrintRow("layers", filter.layers.size());
    return;
  }
  const auto inverted = std::count_if(filter.issuers.begin(), filter.issuers.end(),
                                      [](const Issuer& issuer) { return issuer.inverted; });
  PrintRow("inverted issuers", inverted);
  PrintRow("exceptions", CountExceptions(filter));
  PrintRow("approximate columns",
           fmt::format(
               "{} ({} words)", filter.column_words.size(),
               std::accumulate(filter.column_words.begin(), filter.column_words.end(), size_t{0})));
  PrintRow("exact column", fmt::format("{} words", filter.exact_words));
}

void PrintCoverage(const FilterDescription& filter) {
  fmt::print("\n{:<64}  {:<20}  {}\n", "LOG", "FROM", "TO");
  for (const auto& entry : filter.coverage) {
    fmt::print("{}  {:<20}  {}\n", ToHex(entry.log.bytes), FormatTimeMs(entry.low_ms),
               FormatTimeMs(entry.high_ms));
  }
}

void PrintLayers(const FilterDescription& filter) {
  fmt::print("\n{:>5}  {:<14}  {:>12}  {}\n", "LAYER", "HASH", "BITS", "FUNCTIONS");
  constexpr const char* kHashNames[] = {"?", "Murmur3", "SHA-256", "SHA-256 stream"};
  size_t number = 0;
  for (const auto& layer : filter.layers) {
    const char* hash = kHashNames[layer.hash_algorithm <= 3 ? layer.hash_algorithm : 0];
    fmt::print("{:>5}  {:<14}  {:>12}  {}\n", ++number, hash, layer.bits, layer.num_hashes);
  }
}

void PrintIssuers(const FilterDescription& filter) {
  fmt::print("\n{:<64}  {:>10}  {:>10}  {:>4}  {:>8}  {:>10}\n", "ISSUER", "APPROX_M", "EXACT_M",
             "RANK", "INVERTED", "EXCEPTIONS");
  for (const Issuer& issuer : filter.issuers) {
    fmt::print("{}  {:>10}  {:>10}  {:>4}  {:>8}  {:>10}\n", ToHex(issuer.hash.bytes),
               issuer.approx_m, issuer.exact_m, issuer.rank, issuer.inverted ? "yes" : "no",
               issuer.exceptions);
  }
}

nlohmann::ordered_json JsonOf(const std::string& file, const FilterDescription& filter) {
  nlohmann::ordered_json document = {
      {"schema", kJsonSchema}, {"file", file}, {"kind", filter.kind}, {"size", filter.file_size}};
  auto& coverage = document["coverage"] = nlohmann::ordered_json::array();
  for (const auto& entry : filter.coverage) {
    coverage.push_back(
        {{"log", ToHex(entry.log.bytes)}, {"low_ms", entry.low_ms}, {"high_ms", entry.high_ms}});
  }
  auto& issuers = document["issuers"] = nlohmann::ordered_json::array();
  for (const Issuer& issuer : filter.issuers) {
    issuers.push_back({{"issuer_spki_sha256", ToHex(issuer.hash.bytes)},
                       {"approx_m", issuer.approx_m},
                       {"exact_m", issuer.exact_m},
                       {"rank", issuer.rank},
                       {"inverted", issuer.inverted},
                       {"exceptions", issuer.exceptions}});
  }
  document["column_words"] = filter.column_words;
  document["exact_words"] = filter.exact_words;
  auto& layers = document["layers"] = nlohmann::ordered_json::array();
  for (const auto& layer : filter.layers) {
    layers.push_back({{"hash_algorithm", layer.hash_algorithm},
                      {"bits", layer.bits},
                      {"num_hashes", layer.num_hashes}});
  }
  document["cascade_inverted"] = filter.cascade_inverted;
  return document;
}

int RunFilter(const FilterOptions& options) {
  const Result<std::unique_ptr<Filter>> read = ReadFilterFile(options.file);
  if (!read.ok()) return Fail(read.error());
  const FilterDescription filter = read.value()->Describe();
  if (options.json) {
    PrintJson(JsonOf(options.file, filter));
    return 0;
  }
  PrintSummary(options.file, filter);
  if (!filter.coverage.empty()) PrintCoverage(filter);
  if (!filter.layers.empty()) PrintLayers(filter);
  if (options.issuers && !filter.issuers.empty()) PrintIssuers(filter);
  return 0;
}

}  // namespace

void AddFilterCommand(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<FilterOptions>();
  CLI::App* command = app.add_subcommand(
      "filter", "Version, issuers, sizes, exceptions, coverage of a filter file");
  command
      ->add_option("file", options->file,
                   "Clubcard, Bloom cascade, or stash (its name ends in .stash)")
      ->type_name("FILE")
      ->required();
  command->add_flag("--issuers", options->issuers, "List every issuer too (--json always does)");
  AddJsonOption(*command, &options->json);
  AddHelpSections(*command,
                  "0   the file is a filter\n64  usage\n65  it is not\n74  it cannot be read",
                  "crlite filter --issuers full.filter\n"
                  "crlite filter --json full.filter | jq '.issuers | length'");
  command->callback([options, exit_code] { *exit_code = RunFilter(*options); });
}

}  // namespace crlite
