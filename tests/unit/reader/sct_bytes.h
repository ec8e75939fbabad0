// SCT lists as bytes, sound and otherwise (RFC 6962, section 3.3).
#pragma once

#include <cstdint>
#include <vector>

namespace crlite {

using Octets = std::vector<uint8_t>;

inline void Append(Octets* out, const Octets& more) {
  out->insert(out->end(), more.begin(), more.end());
}

inline Octets BigEndian(uint64_t value, size_t size) {
  Octets out(size);
  for (size_t i = 0; i < size; ++i) out[size - 1 - i] = static_cast<uint8_t>(value >> (8 * i));
  return out;
}

// `content` behind its length in `size` bytes.
inline Octets Prefixed(size_t size, const Octets& content) {
  Octets out = BigEndian(content.size(), size);
  Append(&out, content);
  return out;
}

// A DER element.
inline Octets Der(uint8_t tag, const Octets& content) {
  Octets out = {tag};
  const size_t size = content.size();
  if (size < 0x80) {
    Append(&out, BigEndian(size, 1));
  } else if (size < 0x100) {
    Append(&out, {0x81});
    Append(&out, BigEndian(size, 1));
  } else {
    Append(&out, {0x82});
    Append(&out, BigEndian(size, 2));
  }
  Append(&out, content);
  return out;
}

// A sound v1 SCT of the log whose id is 32 times `log`.
inline Octets MakeSct(uint8_t log, uint64_t timestamp_ms, const Octets& extensions = {}) {
  Octets out = {0};
  Append(&out, Octets(32, log));
  Append(&out, BigEndian(timestamp_ms, 8));
  Append(&out, Prefixed(2, extensions));
  Append(&out, {4, 3});
  Append(&out, Prefixed(2, Octets(70, 0x55)));
  return out;
}

// The list around items, each behind its length, without the OCTET STRING.
inline Octets MakeTlsList(const std::vector<Octets>& items) {
  Octets content;
  for (const Octets& item : items) Append(&content, Prefixed(2, item));
  return Prefixed(2, content);
}

// The content of the extension's extnValue.
inline Octets MakeSctExtension(const std::vector<Octets>& items) {
  return Der(0x04, MakeTlsList(items));
}

}  // namespace crlite
