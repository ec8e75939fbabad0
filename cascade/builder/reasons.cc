#include "cascade/builder/reasons.h"

namespace crlite {
namespace {

constexpr uint8_t kUnspecified = 0;
constexpr uint8_t kKeyCompromise = 1;
constexpr uint8_t kCessationOfOperation = 5;
constexpr uint8_t kUnused = 7;
constexpr uint8_t kPrivilegeWithdrawn = 9;
constexpr uint8_t kAaCompromise = 10;

}  // namespace

std::optional<ReasonSet> ReasonSetFromName(std::string_view name) {
  if (name == "all") return ReasonSet::kAll;
  if (name == "specified") return ReasonSet::kSpecified;
  if (name == "priority") return ReasonSet::kPriority;
  return std::nullopt;
}

bool Includes(ReasonSet set, uint8_t code) {
  if (code > kAaCompromise || code == kUnused) code = kUnspecified;
  switch (set) {
    case ReasonSet::kAll:
      return true;
    case ReasonSet::kSpecified:
      return code != kUnspecified;
    case ReasonSet::kPriority:
      return code == kKeyCompromise || code == kCessationOfOperation || code == kPrivilegeWithdrawn;
  }
  return false;
}

}  // namespace crlite
