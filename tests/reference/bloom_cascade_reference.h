// A second reading of docs/formats.md, "Old formats": Bloom cascades and stashes, written apart
// from cascade/ like clubcard_reference.h.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crlite_reference {

struct Layer {
  int algorithm = 0;  // 1 MurmurHash3, 2 SHA-256, 3 SHA-256 counter stream
  uint32_t size = 0, num_hashes = 0;
  std::string bits;
};

struct BloomCascade {
  bool inverted = false;
  std::string salt;
  std::vector<Layer> layers;
};

// Nothing where the format's reference refuses, or beyond "Limits to enforce".
std::optional<BloomCascade> ReadBloomCascade(std::string file);
bool Contains(const BloomCascade& cascade, const std::string& key);

// The revoked certificates, each issuer SPKI hash || serial. Nothing where the file ends in the
// middle of an entry or an issuer hash has not 32 bytes.
std::optional<std::set<std::string>> ReadStash(std::string file);

}  // namespace crlite_reference
