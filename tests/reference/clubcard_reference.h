// A second reading of docs/formats.md, "Clubcard" and "Query": slow, plain, and written apart from
// cascade/. The two must agree; where they do not, one of them is wrong.
//
// Uses no header of the project, so that no mistake can be shared: bytes are std::string, tables
// are std::map, one bit is looked at at a time, and the hash is libcrypto's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crlite_reference {

struct Interval {
  uint64_t low = 0, high = 0;  // ms since the epoch, both inclusive
};

struct Block {
  uint64_t approx_m = 0, approx_rank = 0, approx_offset = 0;
  uint64_t exact_m = 0, exact_offset = 0;
  bool inverted = false;
  std::set<std::string> exceptions;  // serials
};

struct Clubcard {
  std::map<std::string, Interval> coverage;  // by log id
  std::map<std::string, Block> index;        // by block id, an issuer's SPKI hash
  std::vector<std::vector<uint64_t>> columns;
  std::vector<uint64_t> exact;
};

struct Sct {
  std::string log;
  uint64_t timestamp_ms = 0;
};

struct Query {
  std::string issuer;  // SHA-256 of the SubjectPublicKeyInfo, 32 bytes
  std::string serial;  // content octets of the INTEGER
  std::vector<Sct> scts;
};

// In the order of precedence of "Combining full filter + deltas": the largest wins.
enum class Answer { kNotCovered, kNotEnrolled, kNotRevoked, kRevoked };

// "NotCovered", "NotEnrolled", "NotRevoked", "Revoked".
std::string Name(Answer answer);

// Decodes a v3 or v4 file as leniently as the format's reference implementations do: bytes behind a
// v3 body, repeated keys (the last one stays), block ids of any length, intervals that cover
// nothing, any non-zero "inverted" in v4. Nothing where those refuse, or where a query would be
// undefined.
std::optional<Clubcard> Read(const std::string& file);

// One filter, and several together.
Answer Ask(const Clubcard& filter, const Query& query);
Answer Ask(const std::vector<Clubcard>& filters, const Query& query);

}  // namespace crlite_reference
