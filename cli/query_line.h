// One line of `crlite query`:
//   issuer_spki_sha256_hex TAB serial_hex TAB logid_hex:ms[,logid_hex:ms...]
// The third field is empty or "-" when there is no SCT.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cascade/reader/query.h"

namespace crlite {

// The longest line: more is malformed.
inline constexpr size_t kMaxQueryLine = 1u << 20;

// Reads lines into the same memory, one after the other.
class QueryLine {
 public:
  // `line` without its newline. On success query() is what it says, until the next Parse; SCTs
  // beyond kMaxScts must be well-formed and are ignored. On failure problem() says what was found
  // and what was wanted.
  [[nodiscard]] bool Parse(std::string_view line);

  Query query() const { return {issuer_, Bytes(serial_), std::span<const Sct>(scts_, num_scts_)}; }
  const std::string& problem() const { return problem_; }

 private:
  bool ParseSerial(std::string_view text);
  bool ParseScts(std::string_view text);
  bool Refuse(std::string_view field, std::string_view found, std::string_view wanted);

  IssuerSpkiHash issuer_{};
  std::vector<uint8_t> serial_;
  Sct scts_[kMaxScts];
  size_t num_scts_ = 0;
  std::string problem_;
};

}  // namespace crlite
