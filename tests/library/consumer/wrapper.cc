// wrapper SNAPSHOT: prints what the snapshot says of a certificate that no filter covers.
#include <crlite/crlite.hpp>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  const std::vector<uint8_t> serial{1, 2, 3};
  const crlite::store store(argv[1]);
  std::puts(crlite_outcome_name(store.query(crlite::hash(), serial, {}).outcome()));
}
