// A cursor over DER (X.690), just large enough for certificates.
//
// Freestanding. Accepts definite, minimal lengths below 2^32 and tags of one byte; everything else
// is refused, as RFC 5280 certificates contain nothing else.
#pragma once

#include "cascade/reader/bytes.h"

namespace crlite::der {

inline constexpr uint8_t kBoolean = 0x01;
inline constexpr uint8_t kInteger = 0x02;
inline constexpr uint8_t kBitString = 0x03;
inline constexpr uint8_t kOctetString = 0x04;
inline constexpr uint8_t kOid = 0x06;
inline constexpr uint8_t kSequence = 0x30;
inline constexpr uint8_t kContext0 = 0xa0;  // [0] constructed; [1] is 0xa1, and so on
inline constexpr uint8_t kContext3 = 0xa3;
inline constexpr uint8_t kContextPrimitive1 = 0x81;
inline constexpr uint8_t kContextPrimitive2 = 0x82;

struct Element {
  uint8_t tag = 0;
  Bytes content;  // content octets
  Bytes whole;    // tag, length and content
};

// Reads elements from front to back. A failed read does not move.
class Parser {
 public:
  explicit Parser(Bytes bytes) : rest_(bytes) {}

  bool AtEnd() const { return rest_.empty(); }
  // Whether the next element has this tag.
  bool NextIs(uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }

  [[nodiscard]] bool Read(Element* out);
  // Reads an element that must have this tag.
  [[nodiscard]] bool Read(uint8_t tag, Element* out);
  // Skips an element of this tag if it is next; false only when it is next and malformed.
  [[nodiscard]] bool SkipOptional(uint8_t tag);

 private:
  Bytes rest_;
};

}  // namespace crlite::der
