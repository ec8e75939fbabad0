// Hexadecimal and base64 text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cascade/reader/bytes.h"

namespace crlite {

// Lower-case hexadecimal.
std::string ToHex(Bytes bytes);
// Accepts both cases; false, leaving *out unspecified, for an odd length or another character.
[[nodiscard]] bool FromHex(std::string_view text, std::vector<uint8_t>* out);
// The same for exactly out.size() bytes.
[[nodiscard]] bool FromHexExactly(std::string_view text, std::span<uint8_t> out);

enum class Base64Alphabet { kStandard, kUrl };
// RFC 4648 with padding.
std::string ToBase64(Bytes bytes, Base64Alphabet alphabet);
// RFC 4648 with padding; false for anything else, unused bits set included.
[[nodiscard]] bool FromBase64(std::string_view text, Base64Alphabet alphabet,
                              std::vector<uint8_t>* out);

}  // namespace crlite
