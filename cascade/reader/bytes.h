// Views of bytes that come from outside, and the only ways to look into them.
//
// Freestanding: needs libc alone. Views do not own: the bytes must outlive them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace crlite {

using Bytes = std::span<const uint8_t>;

inline constexpr size_t kHashSize = 32;

inline uint16_t LoadLe16(const uint8_t* p) { return static_cast<uint16_t>(p[0] | p[1] << 8); }
inline uint32_t LoadLe32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) | static_cast<uint32_t>(p[1]) << 8 |
         static_cast<uint32_t>(p[2]) << 16 | static_cast<uint32_t>(p[3]) << 24;
}
inline uint64_t LoadLe64(const uint8_t* p) {
  return LoadLe32(p) | static_cast<uint64_t>(LoadLe32(p + 4)) << 32;
}
inline uint16_t LoadBe16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }
inline uint32_t LoadBe32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 |
         static_cast<uint32_t>(p[2]) << 8 | static_cast<uint32_t>(p[3]);
}
inline uint64_t LoadBe64(const uint8_t* p) {
  return static_cast<uint64_t>(LoadBe32(p)) << 32 | LoadBe32(p + 4);
}

inline void StoreLe64(uint8_t* p, uint64_t v) {
  if constexpr (std::endian::native == std::endian::big) v = __builtin_bswap64(v);
  memcpy(p, &v, sizeof v);
}

inline bool SameBytes(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || memcmp(a.data(), b.data(), a.size()) == 0);
}

// Whether [offset, offset + length) lies inside `whole`. No sum is formed, so nothing can wrap.
inline bool Contains(Bytes whole, uint64_t offset, uint64_t length) {
  return offset <= whole.size() && length <= whole.size() - offset;
}

// The part [offset, offset + length) of `whole`; *ok becomes false, and the result empty, when it
// does not lie inside. Never sets *ok to true, so that several reads can share one check.
inline Bytes Slice(Bytes whole, uint64_t offset, uint64_t length, bool* ok) {
  if (!Contains(whole, offset, length)) {
    *ok = false;
    return {};
  }
  return whole.subspan(static_cast<size_t>(offset), static_cast<size_t>(length));
}

// Reads a byte string from front to back. A read that does not fit returns false, leaves its output
// alone and does not move.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  size_t offset() const { return offset_; }
  size_t remaining() const { return bytes_.size() - offset_; }
  bool AtEnd() const { return remaining() == 0; }

  // Whether `count` elements of at least `element_size` bytes can still follow. `element_size` > 0.
  bool CanHold(uint64_t count, size_t element_size) const {
    return count <= remaining() / element_size;
  }

  [[nodiscard]] bool ReadBytes(size_t length, Bytes* out) {
    if (length > remaining()) return false;
    *out = bytes_.subspan(offset_, length);
    offset_ += length;
    return true;
  }
  [[nodiscard]] bool ReadU8(uint8_t* out) {
    Bytes b;
    if (!ReadBytes(1, &b)) return false;
    *out = b[0];
    return true;
  }
  [[nodiscard]] bool ReadBe16(uint16_t* out) { return ReadWith(2, LoadBe16, out); }
  [[nodiscard]] bool ReadBe64(uint64_t* out) { return ReadWith(8, LoadBe64, out); }
  [[nodiscard]] bool ReadLe32(uint32_t* out) { return ReadWith(4, LoadLe32, out); }
  [[nodiscard]] bool ReadLe64(uint64_t* out) { return ReadWith(8, LoadLe64, out); }

 private:
  template <typename T>
  bool ReadWith(size_t length, T (*load)(const uint8_t*), T* out) {
    Bytes b;
    if (!ReadBytes(length, &b)) return false;
    *out = load(b.data());
    return true;
  }

  Bytes bytes_;
  size_t offset_ = 0;
};

}  // namespace crlite
