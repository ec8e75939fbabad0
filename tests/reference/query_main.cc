// crlite-reference-query FILTER... < queries.tsv > outcomes: `crlite query --filter` as the
// reference answers it, for scripts that compare the two.
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "tests/reference/clubcard_reference.h"

namespace crlite_reference {
namespace {

constexpr int kUsage = 64, kMalformed = 65, kIo = 74;

std::optional<std::string> FromHex(const std::string& hex) {
  if (hex.size() % 2 != 0) return {};
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    if (!isxdigit(static_cast<uint8_t>(hex[i])) || !isxdigit(static_cast<uint8_t>(hex[i + 1]))) {
      return {};
    }
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::optional<Sct> ParseSct(const std::string& text) {
  size_t colon = text.find(':');
  if (colon != 64) return {};
  std::optional<std::string> log = FromHex(text.substr(0, colon));
  std::string digits = text.substr(colon + 1);
  if (!log || digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) {
    return {};
  }
  errno = 0;
  Sct sct{*log, strtoull(digits.c_str(), nullptr, 10)};
  if (errno != 0) return {};
  return sct;
}

std::optional<Query> ParseQuery(const std::string& line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  if (fields.size() != 3) return {};
  std::optional<std::string> issuer = FromHex(fields[0]), serial = FromHex(fields[1]);
  if (!issuer || issuer->size() != 32 || !serial) return {};
  Query query{*issuer, *serial, {}};
  if (fields[2].empty() || fields[2] == "-") return query;
  std::istringstream list(fields[2] + ",");
  for (std::string item; std::getline(list, item, ',');) {
    std::optional<Sct> sct = ParseSct(item);
    if (!sct) return {};
    query.scts.push_back(*sct);
  }
  return query;
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: crlite-reference-query FILTER... < queries.tsv\n";
    return kUsage;
  }
  std::vector<Clubcard> filters;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::cerr << "crlite-reference-query: " << argv[i] << ": cannot be opened\n";
      return kIo;
    }
    std::optional<Clubcard> filter = Read(std::string(std::istreambuf_iterator<char>(file), {}));
    if (!filter) {
      std::cerr << "crlite-reference-query: " << argv[i] << ": not a clubcard of version 3 or 4\n";
      return kMalformed;
    }
    filters.push_back(std::move(*filter));
  }
  int exit_code = 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::optional<Query> query = ParseQuery(line);
    if (!query) exit_code = kMalformed;
    std::cout << (query ? Name(Ask(filters, *query)) : "Error") << '\n';
  }
  return exit_code;
}

}  // namespace
}  // namespace crlite_reference

int main(int argc, char** argv) { return crlite_reference::Main(argc, argv); }
