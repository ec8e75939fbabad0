// make_clubcard revoked|good PADDING: prints a clubcard (version 4) of one issuer, whose
// certificates it calls all revoked or all good. PADDING is the size in bytes that nothing needs,
// so that a transfer takes time. lib.sh asks about that issuer.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cascade/filter/clubcard.h"

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  crlite::Clubcard card;
  crlite::CoverageInterval coverage{{}, 0, uint64_t{1} << 62};
  memset(coverage.log.bytes, 0x22, crlite::kHashSize);
  card.coverage.push_back(coverage);
  crlite::ClubcardBlock block;  // an empty set, which inversion turns into everything
  memset(block.issuer.bytes, 0x11, crlite::kHashSize);
  block.inverted = strcmp(argv[1], "revoked") == 0;
  card.blocks.push_back(block);
  card.exact.resize(strtoul(argv[2], nullptr, 10) / 8);
  const crlite::Result<std::vector<uint8_t>> file = crlite::WriteClubcardV4(card);
  if (!file.ok()) {
    fprintf(stderr, "make_clubcard: %s\n", file.error().message.c_str());
    return 70;
  }
  return fwrite(file->data(), 1, file->size(), stdout) == file->size() ? 0 : 74;
}
