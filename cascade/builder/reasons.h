// Which revocations a filter carries (docs/formats.md, "Inputs", reason sets).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace crlite {

// The sets that Mozilla's channels use. Codes are the CRL reason codes of RFC 5280.
enum class ReasonSet {
  kAll,        // every entry, certificateHold and removeFromCRL too
  kSpecified,  // all but 0, unspecified
  kPriority,   // keyCompromise, cessationOfOperation, privilegeWithdrawn
};

// "all", "specified", "priority"; nothing for any other text.
std::optional<ReasonSet> ReasonSetFromName(std::string_view name);

// Codes that RFC 5280 does not define count as 0.
bool Includes(ReasonSet set, uint8_t code);

}  // namespace crlite
