// The text files that the vectors' queries and answers are in.
#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <string>
#include <vector>

#include "cascade/base/hex.h"
#include "cascade/reader/query.h"

namespace crlite {

// A query that owns its parts.
struct StoredQuery {
  IssuerSpkiHash issuer;
  std::vector<uint8_t> serial;
  std::vector<Sct> scts;

  Query AsQuery() const { return {issuer, serial, scts}; }
};

inline std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

inline std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end; (end = text.find(separator, begin)) != std::string::npos; begin = end + 1) {
    parts.push_back(text.substr(begin, end - begin));
  }
  parts.push_back(text.substr(begin));
  return parts;
}

// "<log id>:<ms>"
inline Sct ParseSct(const std::string& text) {
  Sct sct{};
  EXPECT_TRUE(text.size() > 65 && FromHexExactly(text.substr(0, 64), sct.log.bytes)) << text;
  const char* end = text.data() + text.size();
  EXPECT_EQ(std::from_chars(text.data() + 65, end, sct.timestamp_ms).ptr, end) << text;
  return sct;
}

// Lines "<issuer SPKI hash>\t<serial>\t<log id>:<ms>,...", the last field "-" where there is no
// SCT.
inline std::vector<StoredQuery> ReadQueries(const std::string& path) {
  std::vector<StoredQuery> queries;
  for (const std::string& line : ReadLines(path)) {
    const std::vector<std::string> fields = Split(line, '\t');
    StoredQuery query;
    EXPECT_EQ(fields.size(), 3u) << line;
    EXPECT_TRUE(FromHexExactly(fields[0], query.issuer.bytes)) << line;
    EXPECT_TRUE(FromHex(fields[1], &query.serial)) << line;
    if (fields[2] != "-") {
      for (const std::string& sct : Split(fields[2], ',')) query.scts.push_back(ParseSct(sct));
    }
    queries.push_back(std::move(query));
  }
  return queries;
}

// The DER of the first block of a PEM file.
inline std::vector<uint8_t> ReadPem(const std::string& path) {
  std::string base64;
  bool is_inside = false;
  for (const std::string& line : ReadLines(path)) {
    if (line.starts_with("-----END")) break;
    if (is_inside) base64 += line.substr(0, line.find('\r'));
    if (line.starts_with("-----BEGIN")) is_inside = true;
  }
  std::vector<uint8_t> der;
  EXPECT_TRUE(FromBase64(base64, Base64Alphabet::kStandard, &der)) << path;
  return der;
}

}  // namespace crlite
