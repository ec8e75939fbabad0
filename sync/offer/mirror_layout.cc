#include "sync/offer/mirror_layout.h"

#include <fmt/format.h>

#include "cascade/base/hex.h"

namespace crlite {

bool IsPublishedFilter(std::string_view name) {
  return IsFileName(name) && name.front() != '.' &&
         (name.ends_with(".filter") || name.ends_with("-filter") || name.ends_with(".delta"));
}

std::string ChainName(std::string_view x5u) {
  const Sha256Digest hash =
      Sha256::Hash({reinterpret_cast<const uint8_t*>(x5u.data()), x5u.size()});
  return fmt::format("chains/{}.pem", ToHex(hash.bytes));
}

std::string PatchName(const OfferedFile& from, const OfferedFile& to) {
  return fmt::format("patches/{}-from-{}.zst", to.HashText(), from.HashText());
}

}  // namespace crlite
