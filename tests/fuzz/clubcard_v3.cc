// Clubcards of version 3: see CheckClubcardFile.
#include "tests/fuzz/clubcard_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crlite::CheckClubcardFile({data, size}, crlite::kClubcardV3, crlite::kClubcardV4);
  return 0;
}
