#include "cascade/reader/der.h"

namespace crlite::der {

bool Parser::Read(Element* out) {
  if (rest_.size() < 2) return false;
  const uint8_t tag = rest_[0];
  if ((tag & 0x1f) == 0x1f) return false;  // high tag numbers do not occur in certificates
  size_t header = 2;
  uint64_t length = rest_[1];
  if (length >= 0x80) {
    const size_t num_octets = static_cast<size_t>(length & 0x7f);
    if (num_octets == 0 || num_octets > 4 || rest_.size() < 2 + num_octets) return false;
    length = 0;
    for (size_t i = 0; i < num_octets; ++i) length = length << 8 | rest_[2 + i];
    // X.690, 10.1: the shortest form.
    if (length < 0x80 || length >> (8 * (num_octets - 1)) == 0) return false;
    header += num_octets;
  }
  if (length > rest_.size() - header) return false;
  const size_t total = header + static_cast<size_t>(length);
  *out = {tag, rest_.subspan(header, static_cast<size_t>(length)), rest_.first(total)};
  rest_ = rest_.subspan(total);
  return true;
}

bool Parser::Read(uint8_t tag, Element* out) { return NextIs(tag) && Read(out); }

bool Parser::SkipOptional(uint8_t tag) {
  Element ignored;
  return !NextIs(tag) || Read(&ignored);
}

}  // namespace crlite::der
