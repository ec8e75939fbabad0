// A cascade of Bloom filters: what CRLite files were before clubcards (docs/formats.md, "Old
// formats").
#pragma once

#include <vector>

#include "cascade/filter/filter.h"

namespace crlite {

class BloomCascade final : public Filter {
 public:
  enum class HashAlgorithm : uint8_t { kMurmur3 = 1, kSha256 = 2, kSha256Counter = 3 };

  struct Layer {
    uint32_t size = 0;  // bits, at least 1
    uint32_t num_hashes = 0;
    std::vector<uint8_t> bytes;  // bit i is (bytes[i / 8] >> (i % 8)) & 1
  };

  unsigned version = 0;  // 0 to 2
  size_t file_size = 0;
  HashAlgorithm algorithm = HashAlgorithm::kMurmur3;
  bool inverted = false;
  std::vector<uint8_t> salt;
  std::vector<Layer> layers;  // at least one

  // Whether the set holds `key`. CRLite's keys are issuer SPKI hash || serial.
  bool Contains(Bytes key) const;

  // Revoked or Good for every query: a cascade knows neither coverage nor enrolment, these were
  // kept outside of the file.
  FilterStatus Ask(const Query& query) const override;
  FilterDescription Describe() const override;
};

// Reads a cascade of version 0, 1 or 2. Messages as in filter.h.
Result<std::unique_ptr<BloomCascade>> ReadBloomCascade(Bytes content);

}  // namespace crlite
