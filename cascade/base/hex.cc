#include "cascade/base/hex.h"

#include <array>

namespace crlite {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kStandardAlphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrlAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Value of every character, -1 for what is no digit. A table, because the builder reads billions of
// digits and no processor predicts which range the next one falls into.
constexpr std::array<int8_t, 256> MakeHexValues() {
  std::array<int8_t, 256> values = {};
  values.fill(-1);
  for (uint8_t i = 0; i < 10; ++i) values['0' + i] = static_cast<int8_t>(i);
  for (uint8_t i = 0; i < 6; ++i) {
    values['a' + i] = values['A' + i] = static_cast<int8_t>(10 + i);
  }
  return values;
}

constexpr std::array<int8_t, 256> kHexValues = MakeHexValues();

int HexValue(char c) { return kHexValues[static_cast<uint8_t>(c)]; }

std::string_view AlphabetOf(Base64Alphabet alphabet) {
  return alphabet == Base64Alphabet::kUrl ? kUrlAlphabet : kStandardAlphabet;
}

}  // namespace

std::string ToHex(Bytes bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (uint8_t byte : bytes) {
    text.push_back(kHexDigits[byte >> 4]);
    text.push_back(kHexDigits[byte & 15]);
  }
  return text;
}

bool FromHexExactly(std::string_view text, std::span<uint8_t> out) {
  if (text.size() / 2 != out.size() || text.size() % 2 != 0) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    const int high = HexValue(text[2 * i]), low = HexValue(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

bool FromHex(std::string_view text, std::vector<uint8_t>* out) {
  out->resize(text.size() / 2);
  return FromHexExactly(text, *out);
}

std::string ToBase64(Bytes bytes, Base64Alphabet alphabet) {
  const std::string_view digits = AlphabetOf(alphabet);
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t have = bytes.size() - i < 3 ? bytes.size() - i : 3;
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (j < have ? bytes[i + j] : 0u);
    for (size_t j = 0; j < 4; ++j) {
      text.push_back(j <= have ? digits[group >> (18 - 6 * j) & 63] : '=');
    }
  }
  return text;
}

bool FromBase64(std::string_view text, Base64Alphabet alphabet, std::vector<uint8_t>* out) {
  const std::string_view digits = AlphabetOf(alphabet);
  out->clear();
  if (text.size() % 4 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool is_last = i + 4 == text.size();
    size_t padding = 0;
    if (is_last && text[i + 3] == '=') padding = text[i + 2] == '=' ? 2 : 1;
    uint32_t group = 0;
    for (size_t j = 0; j < 4; ++j) {
      const size_t value = j < 4 - padding ? digits.find(text[i + j]) : 0;
      if (value == std::string_view::npos) return false;
      group = group << 6 | static_cast<uint32_t>(value);
    }
    for (size_t j = 0; j < 3; ++j) {
      const uint8_t byte = static_cast<uint8_t>(group >> (16 - 8 * j));
      if (j < 3 - padding) {
        out->push_back(byte);
      } else if (byte != 0) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace crlite
