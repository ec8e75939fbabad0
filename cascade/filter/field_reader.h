// Reads the fields of a filter file from front to back, and says where and why it had to stop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/bytes.h"

namespace crlite {

enum class ByteOrder { kLittle, kBig };

// Every read returns false when the file does not hold what was asked for; the first failure is
// kept in error(), and nothing may be read after it. Messages are "<part>: <field> <value> at
// offset <n>, <what is wanted>".
class FieldReader {
 public:
  FieldReader(Bytes content, ByteOrder order)
      : content_(content), reader_(content), order_(order) {}

  size_t offset() const { return reader_.offset(); }
  bool AtEnd() const { return reader_.AtEnd(); }
  const Error& error() const { return error_; }

  // Names the part of the file that is read from here on, for messages: "<part>" or "<part> <i>".
  // `part` must outlive the reader.
  void BeginPart(const char* part, std::optional<uint64_t> i = std::nullopt) {
    part_ = part;
    part_index_ = i;
  }

  // A number of `width` bytes (1 to 8) in the file's byte order, at most `max`.
  template <typename T>
  [[nodiscard]] bool Number(const char* field, size_t width, uint64_t max, T* out) {
    uint64_t value = 0;
    if (!ReadNumber(field, width, &value)) return false;
    if (value > max) return FailAtMost(field, value, width, max);
    *out = static_cast<T>(value);
    return true;
  }

  // A number that must be `wanted`.
  [[nodiscard]] bool Constant(const char* field, size_t width, uint64_t wanted);

  // The number of elements that follow, each of at least `element_size` bytes (> 0): at most `max`,
  // and no more than the rest of the file can hold.
  [[nodiscard]] bool Count(const char* field, size_t width, uint64_t max, size_t element_size,
                           size_t* out);

  [[nodiscard]] bool Raw(const char* field, size_t length, Bytes* out);
  [[nodiscard]] bool Hash(const char* field, uint8_t out[kHashSize]);

  // `count` 64-bit words, where Count has seen that they fit.
  [[nodiscard]] bool Words(size_t count, std::vector<uint64_t>* out);

  // Nothing may be left over.
  [[nodiscard]] bool End();

  // Keeps "<part>: <field> <value> at offset <n>, <wanted>" as the error. Always false.
  bool Fail(const std::string& field_and_value, size_t offset, const std::string& wanted);

 private:
  bool ReadNumber(const char* field, size_t width, uint64_t* out);
  bool FailAtMost(const char* field, uint64_t value, size_t width, uint64_t max);

  Bytes content_;
  ByteReader reader_;
  ByteOrder order_;
  const char* part_ = "file";
  std::optional<uint64_t> part_index_;
  Error error_;
};

}  // namespace crlite
