#include "cascade/filter/bloom_cascade.h"

#include <fmt/format.h>

#include <bit>
#include <limits>

#include "cascade/filter/field_reader.h"
#include "cascade/filter/murmur3.h"
#include "cascade/reader/sha256.h"

namespace crlite {
namespace {

constexpr size_t kMaxLayers = 254;
constexpr uint32_t kMaxHashes = 64;

struct Le32Bytes {
  explicit Le32Bytes(uint32_t v)
      : bytes{static_cast<uint8_t>(v), static_cast<uint8_t>(v >> 8), static_cast<uint8_t>(v >> 16),
              static_cast<uint8_t>(v >> 24)} {}
  uint8_t bytes[4];
};

// The bit positions that one key selects, layer after layer.
class Positions {
 public:
  Positions(const BloomCascade& cascade, Bytes key) : cascade_(cascade), key_(key) {}

  // Function `i` of the layer with this number (from 1) and size. Ask in order.
  uint32_t Next(uint8_t layer, uint32_t i, uint32_t size) {
    switch (cascade_.algorithm) {
      case BloomCascade::HashAlgorithm::kMurmur3:
        return Murmur3(key_, (i << 16) + layer) % size;
      case BloomCascade::HashAlgorithm::kSha256:
        return Sha256Low32(layer, i) % size;
      case BloomCascade::HashAlgorithm::kSha256Counter:
        return TakeFromStream(size) % size;
    }
    return 0;
  }

 private:
  uint32_t Sha256Low32(uint8_t layer, uint32_t i) const {
    Sha256 hash;
    hash.Update(cascade_.salt);
    hash.Update(Le32Bytes(i).bytes);
    hash.Update(Bytes(&layer, 1));
    hash.Update(key_);
    return LoadLe32(hash.Final().bytes);
  }

  // As many bytes as positions below `size`, rounded up to a power of two, need. The stream goes on
  // from function to function and from layer to layer.
  uint32_t TakeFromStream(uint32_t size) {
    const int num_bytes = (std::bit_width(size - 1) + 7) / 8;
    uint32_t value = 0;
    for (int i = 0; i < num_bytes; ++i) {
      if (used_ == kHashSize) RefillStream();
      value |= static_cast<uint32_t>(block_.bytes[used_++]) << (8 * i);
    }
    return value;
  }

  void RefillStream() {
    Sha256 hash;
    hash.Update(Le32Bytes(counter_++).bytes);
    hash.Update(cascade_.salt);
    hash.Update(key_);
    block_ = hash.Final();
    used_ = 0;
  }

  const BloomCascade& cascade_;
  Bytes key_;
  uint32_t counter_ = 0;
  Sha256Digest block_{};
  size_t used_ = kHashSize;
};

bool AllBitsSet(const BloomCascade::Layer& layer, uint8_t number, Positions* positions) {
  for (uint32_t i = 0; i < layer.num_hashes; ++i) {
    const uint32_t bit = positions->Next(number, i, layer.size);
    if ((layer.bytes[bit / 8] >> (bit % 8) & 1) == 0) return false;
  }
  return true;
}

// u8 inverted, u8 salt length, salt: version 2 alone.
bool ReadHeader(FieldReader* reader, BloomCascade* cascade) {
  reader->BeginPart("header");
  Bytes salt;
  size_t salt_length = 0;
  if (!reader->Number("inverted", 1, 1, &cascade->inverted) ||
      !reader->Number("salt length", 1, 255, &salt_length) ||
      !reader->Raw("salt", salt_length, &salt)) {
    return false;
  }
  cascade->salt.assign(salt.begin(), salt.end());
  return true;
}

// The first layer decides about the algorithm of all.
bool ReadAlgorithm(FieldReader* reader, BloomCascade* cascade) {
  if (!cascade->layers.empty()) {
    return reader->Constant("hash algorithm", 1, static_cast<uint64_t>(cascade->algorithm));
  }
  const size_t offset = reader->offset();
  uint8_t algorithm = 0;
  if (!reader->Number("hash algorithm", 1, 3, &algorithm)) return false;
  if (algorithm == 0) return reader->Fail("hash algorithm 0", offset, "1 to 3 wanted");
  cascade->algorithm = static_cast<BloomCascade::HashAlgorithm>(algorithm);
  return true;
}

// u8 hash algorithm, u32 size in bits, u32 number of hashes, u8 layer number, bits.
bool ReadLayer(FieldReader* reader, BloomCascade* cascade) {
  const size_t number = cascade->layers.size() + 1;
  reader->BeginPart("layer", number);
  if (number > kMaxLayers) {
    return reader->Fail("start", reader->offset(),
                        fmt::format("at most {} layers wanted", kMaxLayers));
  }
  if (!ReadAlgorithm(reader, cascade)) return false;
  const size_t size_offset = reader->offset();
  BloomCascade::Layer layer;
  Bytes bits;
  if (!reader->Number("size", 4, std::numeric_limits<uint32_t>::max(), &layer.size)) return false;
  if (layer.size == 0) return reader->Fail("size 0", size_offset, "at least 1 bit wanted");
  if (!reader->Number("number of hashes", 4, kMaxHashes, &layer.num_hashes) ||
      !reader->Constant("layer number", 1, number) ||
      !reader->Raw("bits", layer.size / 8 + (layer.size % 8 != 0), &bits)) {
    return false;
  }
  layer.bytes.assign(bits.begin(), bits.end());
  cascade->layers.push_back(std::move(layer));
  return true;
}

bool ReadLayers(FieldReader* reader, BloomCascade* cascade) {
  do {
    if (!ReadLayer(reader, cascade)) return false;
  } while (!reader->AtEnd());
  return true;
}

}  // namespace

bool BloomCascade::Contains(Bytes key) const {
  Positions positions(*this, key);
  bool member = false;
  for (size_t i = 0; i < layers.size(); ++i) {
    if (!AllBitsSet(layers[i], static_cast<uint8_t>(i + 1), &positions)) break;
    member = !member;
  }
  return member != inverted;
}

FilterStatus BloomCascade::Ask(const Query& query) const {
  std::vector<uint8_t> key(query.issuer.bytes, query.issuer.bytes + kHashSize);
  key.insert(key.end(), query.serial.begin(), query.serial.end());
  return Contains(key) ? FilterStatus::kRevoked : FilterStatus::kGood;
}

FilterDescription BloomCascade::Describe() const {
  FilterDescription description;
  description.kind = fmt::format("Bloom cascade v{}", version);
  description.file_size = file_size;
  description.cascade_inverted = inverted;
  for (const Layer& layer : layers) {
    description.layers.push_back({static_cast<unsigned>(algorithm), layer.size, layer.num_hashes});
  }
  return description;
}

Result<std::unique_ptr<BloomCascade>> ReadBloomCascade(Bytes content) {
  auto cascade = std::make_unique<BloomCascade>();
  cascade->file_size = content.size();
  FieldReader reader(content, ByteOrder::kLittle);
  if (!reader.Number("version", 2, 2, &cascade->version) ||
      (cascade->version == 2 && !ReadHeader(&reader, cascade.get())) ||
      !ReadLayers(&reader, cascade.get())) {
    return reader.error();
  }
  return cascade;
}

}  // namespace crlite
