#include "tests/reference/bloom_cascade_reference.h"

#include <openssl/sha.h>

namespace crlite_reference {
namespace {

// Cuts `length` bytes off the front of `text`, nothing when there are fewer.
std::optional<std::string> Cut(std::string* text, uint64_t length) {
  if (length > text->size()) return {};
  std::string front = text->substr(0, length);
  text->erase(0, length);
  return front;
}

uint64_t LittleEndian(const std::string& text) {
  uint64_t number = 0;
  for (size_t i = text.size(); i-- > 0;) number = number << 8 | static_cast<uint8_t>(text[i]);
  return number;
}

std::optional<uint64_t> CutNumber(std::string* text, size_t width) {
  const auto bytes = Cut(text, width);
  if (!bytes) return {};
  return LittleEndian(*bytes);
}

std::string Le32(uint64_t number) {
  std::string text;
  for (int i = 0; i < 4; ++i) text.push_back(static_cast<char>(number >> (8 * i) & 255));
  return text;
}

std::string Sha256(const std::string& text) {
  std::string hash(32, '\0');
  SHA256(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
         reinterpret_cast<uint8_t*>(hash.data()));
  return hash;
}

uint32_t Rotate(uint32_t value, int left) { return value << left | value >> (32 - left); }

// MurmurHash3_x86_32.
uint32_t Murmur3(std::string key, uint32_t seed) {
  const uint32_t size = static_cast<uint32_t>(key.size());
  uint32_t h = seed;
  while (!key.empty()) {
    const bool whole = key.size() >= 4;
    uint32_t k = static_cast<uint32_t>(LittleEndian(key.substr(0, 4)));
    key.erase(0, 4);
    h ^= Rotate(k * 0xcc9e2d51u, 15) * 0x1b873593u;
    if (whole) h = Rotate(h, 13) * 5 + 0xe6546b64u;
  }
  h ^= size;
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}

// Bytes that a position below `size` takes from the stream: the bits of size, rounded up to a power
// of two, in whole bytes.
size_t StreamWidth(uint32_t size) {
  size_t bits = 0;
  while ((uint64_t{1} << bits) < size) ++bits;
  return (bits + 7) / 8;
}

}  // namespace

std::optional<BloomCascade> ReadBloomCascade(std::string file) {
  BloomCascade cascade;
  const auto version = CutNumber(&file, 2);
  if (!version || *version > 2) return {};
  if (*version == 2) {
    const auto inverted = CutNumber(&file, 1), salt_length = CutNumber(&file, 1);
    if (!inverted || !salt_length || *inverted > 1) return {};
    const auto salt = Cut(&file, *salt_length);
    if (!salt) return {};
    cascade.inverted = *inverted == 1;
    cascade.salt = *salt;
  }
  while (!file.empty()) {
    const auto algorithm = CutNumber(&file, 1), size = CutNumber(&file, 4);
    const auto num_hashes = CutNumber(&file, 4), number = CutNumber(&file, 1);
    if (!algorithm || !size || !num_hashes || !number) return {};
    if (*algorithm < 1 || *algorithm > 3 || *size == 0 || *num_hashes > 64) return {};
    if (*number != cascade.layers.size() + 1 || *number > 254) return {};
    const auto bits = Cut(&file, (*size + 7) / 8);
    if (!bits) return {};
    cascade.layers.push_back({static_cast<int>(*algorithm), static_cast<uint32_t>(*size),
                              static_cast<uint32_t>(*num_hashes), *bits});
    if (cascade.layers.front().algorithm != cascade.layers.back().algorithm) return {};
  }
  if (cascade.layers.empty()) return {};
  return cascade;
}

bool Contains(const BloomCascade& cascade, const std::string& key) {
  // Algorithm 3: more of the stream than all layers together can ask for.
  std::string stream;
  if (cascade.layers.front().algorithm == 3) {
    size_t wanted = 0;
    for (const Layer& layer : cascade.layers) wanted += layer.num_hashes * StreamWidth(layer.size);
    for (uint32_t c = 0; stream.size() < wanted; ++c) {
      stream += Sha256(Le32(c) + cascade.salt + key);
    }
  }
  bool contained = false;
  for (size_t d = 1; d <= cascade.layers.size(); ++d) {
    const Layer& layer = cascade.layers[d - 1];
    bool all_set = true;
    for (uint32_t i = 0; i < layer.num_hashes && all_set; ++i) {
      uint64_t value = 0;
      if (layer.algorithm == 1) value = Murmur3(key, (i << 16) + static_cast<uint32_t>(d));
      if (layer.algorithm == 2) {
        const std::string layer_byte(1, static_cast<char>(d));
        value = LittleEndian(Sha256(cascade.salt + Le32(i) + layer_byte + key).substr(0, 4));
      }
      if (layer.algorithm == 3) value = LittleEndian(*Cut(&stream, StreamWidth(layer.size)));
      const uint64_t bit = value % layer.size;
      all_set = (static_cast<uint8_t>(layer.bits[bit / 8]) >> (bit % 8) & 1) != 0;
    }
    if (!all_set) break;
    contained = !contained;
  }
  return contained != cascade.inverted;
}

std::optional<std::set<std::string>> ReadStash(std::string file) {
  std::set<std::string> revoked;
  while (!file.empty()) {
    const auto count = CutNumber(&file, 4), issuer_length = CutNumber(&file, 1);
    if (!count || issuer_length != 32) return {};
    const auto issuer = Cut(&file, 32);
    if (!issuer) return {};
    for (uint64_t i = 0; i < *count; ++i) {
      const auto serial_length = CutNumber(&file, 1);
      if (!serial_length) return {};
      const auto serial = Cut(&file, *serial_length);
      if (!serial) return {};
      revoked.insert(*issuer + *serial);
    }
  }
  return revoked;
}

}  // namespace crlite_reference
