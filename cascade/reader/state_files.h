// The two small files beside the snapshot in the state directory (docs/snapshot-format.md, "State
// directory").
//
// Freestanding. Written by snapshot/install.cc, read by the module.
#pragma once

#include "cascade/reader/policy.h"

namespace crlite {

// <state>/generation: 4,096 bytes, magic, then a 64-bit word: the generation of the snapshot, set
// after every replacement. Readers map it and compare the word: no system call. Never shrinks,
// never renamed over.
inline constexpr uint8_t kGenerationMagic[8] = {'c', 'r', 'l', 'i', 't', 'e', 'g', 'n'};
inline constexpr size_t kGenerationFileSize = 4096;
inline constexpr size_t kGenerationWordAt = 8;  // naturally aligned, little-endian, atomic

// <state>/provisioned: written with the first snapshot that has filters. That it exists is the
// difference between "never provisioned" and "damaged"; it carries the policy for the second case.
// Magic, encoded policy, first 8 bytes of the SHA-256 of both.
inline constexpr uint8_t kProvisionedMagic[8] = {'c', 'r', 'l', 'i', 't', 'e', 'p', 'v'};
inline constexpr size_t kProvisionedFileSize = 8 + kEncodedPolicySize + 8;

void EncodeProvisioned(const Policy& policy, uint8_t out[kProvisionedFileSize]);
// False, leaving *out alone, when the bytes are not what EncodeProvisioned writes.
[[nodiscard]] bool DecodeProvisioned(Bytes content, Policy* out);

}  // namespace crlite
