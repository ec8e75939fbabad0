// SHA-256 against libcrypto, fed in random pieces, by both compression functions.
#include "cascade/reader/sha256.h"

#include <openssl/sha.h>

#include "cascade/base/hex.h"
#include "cascade/reader/cpu.h"
#include "tests/fuzz/property.h"
#include "tests/reference/choices.h"

using namespace crlite;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes all(data, size);
  uint8_t wanted[kHashSize];
  SHA256(data, size, wanted);
  const std::string readable = ToHex(wanted);

  Choices choices(all);
  Sha256 pieces;
  for (Bytes rest = all; !rest.empty();) {
    const size_t length = choices.Below(rest.size() + 1);
    pieces.Update(rest.first(length));
    rest = rest.subspan(length);
    if (choices.AtEnd()) {
      pieces.Update(rest);
      break;
    }
  }
  CRLITE_PROPERTY(ToHex(pieces.Final().bytes) == readable, "in pieces");
  CRLITE_PROPERTY(ToHex(Sha256::Hash(all).bytes) == readable, "whole");
  const size_t middle = choices.Below(size + 1);
  CRLITE_PROPERTY(ToHex(Sha256::Hash(all.first(middle), all.subspan(middle)).bytes) == readable,
                  "in two");

  if ((CpuFeatures() & kCpuShaNi) == 0) return 0;
  uint32_t portable[8] = {}, ni[8] = {};
  memcpy(portable, wanted, sizeof portable);  // any state will do
  memcpy(ni, wanted, sizeof ni);
  sha256_internal::CompressPortable(portable, data, size / 64);
  sha256_internal::CompressNi(ni, data, size / 64);
  CRLITE_PROPERTY(memcmp(portable, ni, sizeof ni) == 0, "portable and SHA-NI differ");
  return 0;
}
