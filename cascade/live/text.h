// Lines of text put together in place: no allocation, no locale.
#pragma once

#include "cascade/reader/bytes.h"

namespace crlite {

// What does not fit any more is cut off.
template <size_t kCapacity>
class Text {
 public:
  const char* data() const { return data_; }
  size_t size() const { return size_; }
  // The text with a 0 behind it.
  const char* c_str() {
    data_[size_] = 0;
    return data_;
  }

  Text& Add(const char* text) {
    for (; *text != 0; ++text) Put(*text);
    return *this;
  }
  // Bytes that are no printable ASCII become '?': they could end a line or begin a field.
  Text& AddPrintable(Bytes bytes) {
    for (uint8_t byte : bytes) Put(byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '?');
    return *this;
  }
  Text& AddHex(Bytes bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    for (uint8_t byte : bytes) {
      Put(kDigits[byte >> 4]);
      Put(kDigits[byte & 15]);
    }
    return *this;
  }
  Text& AddNumber(uint64_t number) {
    char digits[20];
    size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count > 0) Put(digits[--count]);
    return *this;
  }

 private:
  void Put(char c) {
    if (size_ < kCapacity) data_[size_++] = c;
  }

  char data_[kCapacity + 1];
  size_t size_ = 0;
};

}  // namespace crlite
