// Whether text is UTF-8.
//
// Freestanding.
#pragma once

#include <cstdint>

namespace crlite {

// RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
inline bool IsUtf8(const char* text) {
  const auto* p = reinterpret_cast<const uint8_t*>(text);
  while (*p != 0) {
    const uint8_t lead = *p++;
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    // The first continuation byte is where the forms that are too long or too large differ.
    const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (*p < low || *p > high) return false;
    ++p;
    for (int more = lead < 0xe0 ? 0 : lead < 0xf0 ? 1 : 2; more > 0; --more, ++p) {
      if (*p < 0x80 || *p > 0xbf) return false;
    }
  }
  return true;
}

}  // namespace crlite
