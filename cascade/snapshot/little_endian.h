// Little-endian stores for the writers of the snapshot's files.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "cascade/reader/bytes.h"

namespace crlite {

// The target of all supported machines is little-endian; the format does not depend on it.
template <typename T>
inline void StoreLe(uint8_t* at, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) at[i] = static_cast<uint8_t>(value >> (8 * i));
}

template <typename T>
inline void AppendLe(std::vector<uint8_t>* out, T value) {
  out->resize(out->size() + sizeof(T));
  StoreLe(out->data() + out->size() - sizeof(T), value);
}

inline void AppendBytes(std::vector<uint8_t>* out, Bytes bytes) {
  out->insert(out->end(), bytes.begin(), bytes.end());
}

}  // namespace crlite
