// Clubcards of version 4: see CheckClubcardFile.
#include "tests/fuzz/clubcard_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crlite::CheckClubcardFile({data, size}, crlite::kClubcardV4, crlite::kClubcardV3);
  return 0;
}
