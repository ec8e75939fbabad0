// Why a list of files is believed, whoever served it: Mozilla's signed statement.
#pragma once

#include <cstdint>
#include <string>

namespace crlite {

inline constexpr uint64_t kMaxChangesetSize = uint64_t{4} << 20;
inline constexpr uint64_t kMaxChainSize = uint64_t{64} << 10;

// Byte for byte as it was served, so that a mirror, a capsule and the state directory can pass it
// on (docs/formats.md, "Signed lists"). What is in it is unproven before VerifyProof.
struct Proof {
  std::string changeset;  // the answer of Remote Settings' changeset endpoint
  std::string chain;      // PEM: the signer's certificate and those above it
};

}  // namespace crlite
