#include "tests/reference/clubcard_reference.h"

#include <openssl/sha.h>

#include <algorithm>

namespace crlite_reference {
namespace {

// Takes bytes from the front. After a read behind the end `failed` stays true and zeros come out.
struct Cursor {
  std::string rest;
  size_t at = 0;
  bool failed = false;

  std::string Take(uint64_t length) {
    if (failed || length > rest.size() - at) {
      failed = true;
      return {};
    }
    std::string taken = rest.substr(at, length);
    at += taken.size();
    return taken;
  }
  uint64_t BigEndian(size_t length) {
    uint64_t value = 0;
    for (char c : Take(length)) value = value * 256 + static_cast<uint8_t>(c);
    return value;
  }
  uint64_t LittleEndian(size_t length) {
    std::string taken = Take(length);
    uint64_t value = 0;
    for (size_t i = taken.size(); i-- > 0;) value = value * 256 + static_cast<uint8_t>(taken[i]);
    return value;
  }
};

// "V3 body": every count, length and number is 8 bytes, little-endian.
Clubcard ReadV3(Cursor& in) {
  auto number = [&in] { return in.LittleEndian(8); };
  auto words = [&] {
    std::vector<uint64_t> column;
    for (uint64_t n = number(); n > 0 && !in.failed; --n) column.push_back(number());
    return column;
  };
  Clubcard filter;
  for (uint64_t n = number(); n > 0 && !in.failed; --n) {
    Interval& interval = filter.coverage[in.Take(32)];
    interval.low = number();
    interval.high = number();
  }
  for (uint64_t n = number(); n > 0 && !in.failed; --n) {
    Block& block = filter.index[in.Take(number())] = Block();
    block.approx_m = number();
    block.exact_m = number();
    block.approx_rank = number();
    block.approx_offset = number();
    block.exact_offset = number();
    uint64_t inverted = in.LittleEndian(1);
    if (inverted > 1) in.failed = true;
    block.inverted = inverted == 1;
    for (uint64_t e = number(); e > 0 && !in.failed; --e) {
      block.exceptions.insert(in.Take(number()));
    }
  }
  for (uint64_t n = number(); n > 0 && !in.failed; --n) filter.columns.push_back(words());
  filter.exact = words();
  return filter;
}

// "V4 body": everything big-endian, nothing left over.
Clubcard ReadV4(Cursor& in) {
  auto words = [&in] {
    std::vector<uint64_t> column;
    for (uint64_t n = in.BigEndian(4); n > 0 && !in.failed; --n) column.push_back(in.BigEndian(8));
    return column;
  };
  Clubcard filter;
  for (uint64_t n = in.BigEndian(2); n > 0 && !in.failed; --n) {
    Interval& interval = filter.coverage[in.Take(32)];
    interval.low = in.BigEndian(8);
    interval.high = in.BigEndian(8);
  }
  for (uint64_t n = in.BigEndian(4); n > 0 && !in.failed; --n) {
    Block& block = filter.index[in.Take(32)] = Block();
    block.approx_m = in.BigEndian(4);
    block.approx_rank = in.BigEndian(1);
    block.approx_offset = in.BigEndian(4);
    block.exact_m = in.BigEndian(4);
    block.exact_offset = in.BigEndian(4);
    block.inverted = in.BigEndian(1) != 0;
    for (uint64_t e = in.BigEndian(2); e > 0 && !in.failed; --e) {
      block.exceptions.insert(in.Take(in.BigEndian(1)));
    }
  }
  for (uint64_t n = in.BigEndian(1); n > 0 && !in.failed; --n) filter.columns.push_back(words());
  filter.exact = words();
  if (in.at != in.rest.size()) in.failed = true;
  return filter;
}

// Whether every query has a defined answer: ranks speak of columns that exist, positions fit 64
// bits with the 255 bits of a window behind them.
bool IsDefined(const Clubcard& filter) {
  const uint64_t most = ~uint64_t{0} - 255;
  for (const auto& [issuer, block] : filter.index) {
    if (block.approx_rank > filter.columns.size()) return false;
    if (block.approx_offset > most || block.approx_m > most - block.approx_offset) return false;
    if (block.exact_offset > most || block.exact_m > most - block.exact_offset) return false;
  }
  return true;
}

// "Equation": 256 coefficients, and the number that gives the position.
struct Equation {
  bool coefficient[256];
  uint64_t last_limb = 0;
};

Equation EquationOf(const std::string& issuer, const std::string& serial) {
  std::string input = issuer + serial;
  uint8_t hash[32];
  SHA256(reinterpret_cast<const uint8_t*>(input.data()), input.size(), hash);
  Equation equation;
  // Limb j is little-endian in hash[8j .. 8j+8): coefficient i is simply bit i%8 of byte i/8.
  for (int i = 0; i < 256; ++i) equation.coefficient[i] = (hash[i / 8] >> (i % 8) & 1) != 0;
  equation.coefficient[0] = true;
  for (int i = 31; i >= 24; --i) equation.last_limb = equation.last_limb * 256 + hash[i];
  return equation;
}

bool BitAt(const std::vector<uint64_t>& column, uint64_t i) {
  return i / 64 < column.size() && (column[i / 64] >> (i % 64) & 1) != 0;
}

// "Inner product": the parity, one bit at a time.
bool Evaluate(const Equation& equation, uint64_t m, uint64_t offset,
              const std::vector<uint64_t>& column) {
  uint64_t start = equation.last_limb % std::max<uint64_t>(1, m) + offset;
  bool parity = false;
  for (uint64_t i = 0; i < 256; ++i) parity ^= equation.coefficient[i] && BitAt(column, start + i);
  return parity;
}

// "Membership in one block".
bool IsRevoked(const Clubcard& filter, const Block& block, const Query& query) {
  if (block.approx_m == 0) return block.inverted;
  Equation equation = EquationOf(query.issuer, query.serial);
  bool member = block.exceptions.count(query.serial) == 0;
  for (uint64_t k = 0; k < block.approx_rank; ++k) {
    if (Evaluate(equation, block.approx_m, block.approx_offset, filter.columns[k])) member = false;
  }
  if (Evaluate(equation, block.exact_m, block.exact_offset, filter.exact)) member = false;
  return member != block.inverted;
}

}  // namespace

std::string Name(Answer answer) {
  switch (answer) {
    case Answer::kNotCovered:
      return "NotCovered";
    case Answer::kNotEnrolled:
      return "NotEnrolled";
    case Answer::kNotRevoked:
      return "NotRevoked";
    case Answer::kRevoked:
      return "Revoked";
  }
  return {};
}

std::optional<Clubcard> Read(const std::string& file) {
  if (file.size() < 2 || file[1] != 0 || (file[0] != 3 && file[0] != 4)) return {};
  Cursor in{file, 2};
  Clubcard filter = file[0] == 3 ? ReadV3(in) : ReadV4(in);
  if (in.failed || !IsDefined(filter)) return {};
  return filter;
}

// "Per-filter status".
Answer Ask(const Clubcard& filter, const Query& query) {
  for (const Sct& sct : query.scts) {
    auto interval = filter.coverage.find(sct.log);
    if (interval == filter.coverage.end()) continue;
    if (sct.timestamp_ms < interval->second.low) continue;
    if (sct.timestamp_ms > interval->second.high) continue;
    auto block = filter.index.find(query.issuer);
    if (block == filter.index.end()) return Answer::kNotEnrolled;
    return IsRevoked(filter, block->second, query) ? Answer::kRevoked : Answer::kNotRevoked;
  }
  return Answer::kNotCovered;
}

Answer Ask(const std::vector<Clubcard>& filters, const Query& query) {
  Answer answer = Answer::kNotCovered;
  for (const Clubcard& filter : filters) answer = std::max(answer, Ask(filter, query));
  return answer;
}

}  // namespace crlite_reference
