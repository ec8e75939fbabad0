// exemptions.yaml: certificates that are let through although the data says Revoked, or says
// nothing; each with a reason and an end. man crlite.yaml(5).
//
// `crlite exempt` writes it, crlite-sync compiles it into the snapshot. It lies beside config.yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/exemption.h"
#include "cascade/reader/sha256.h"

namespace crlite {

inline constexpr uint64_t kMaxExemptionDays = 90;  // from now to `until`
inline constexpr size_t kMaxExemptions = 1000;
inline constexpr size_t kMaxReasonSize = 200;  // bytes
inline constexpr size_t kMaxExemptSerialSize = 255;

struct Exemption {
  enum class Kind { kCertificate, kLeafKey };
  Kind kind = Kind::kCertificate;
  IssuerSpkiHash issuer{};      // kCertificate
  std::vector<uint8_t> serial;  // kCertificate: content octets, 1 to 255
  Sha256Digest leaf_spki{};     // kLeafKey
  std::string reason;           // IsExemptionReason
  uint64_t added_ms = 0;        // since the epoch
  uint64_t until_ms = 0;
  int line = 0;  // in the file, for messages; 0: from elsewhere

  ExemptionKey Key() const;
  // The first 16 hexadecimal digits of Key(): what `exempt remove` and the journal call it.
  std::string Id() const;
};

// The latest `until` that is allowed now.
uint64_t LatestExemptionEndMs(uint64_t now_ms);
// Hexadecimal digits of 1 to 255 bytes; false, leaving *out unspecified, for anything else.
[[nodiscard]] bool ParseExemptSerial(std::string_view text, std::vector<uint8_t>* out);
// One line, not empty, at most kMaxReasonSize bytes, no control characters.
bool IsExemptionReason(std::string_view text);

// exemptions.yaml beside this config.yaml.
std::string ExemptionsPathBeside(const std::string& config_path);

// Reads the whole text, strictly, as config.yaml is read. `now_ms`: an entry that ends more than
// kMaxExemptionDays later (and a day, for clocks that differ) is an error; one that has ended is
// none. Errors are kConfiguration.
Result<std::vector<Exemption>> ParseExemptions(std::string_view text, const std::string& name,
                                               uint64_t now_ms);

// The same from a file; a missing one has no exemptions. One that somebody else than root and this
// user may write is an error: whoever writes it decides what is let through.
Result<std::vector<Exemption>> LoadExemptions(const std::string& path, uint64_t now_ms);

// The file's text, which ParseExemptions reads back.
std::string ExemptionsToText(const std::vector<Exemption>& exemptions);

}  // namespace crlite
