// Any few clubcards, compiled: the snapshot answers as the filters and the reference do.
#include "tests/fuzz/property.h"
#include "tests/reference/agreement.h"

using namespace crlite;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Choices choices(Bytes(data, size));
  std::vector<Clubcard> filters;
  for (uint64_t n = choices.Below(5); n > 0; --n) filters.push_back(RandomClubcard(&choices));
  Agreement agreement;
  const std::string wrong = agreement.Open(filters);
  CRLITE_PROPERTY(wrong.empty(), wrong);
  Choices questions(LoadLe64(Sha256::Hash({data, size}).bytes));
  for (int i = 0; i < 24; ++i) {
    const std::string difference =
        agreement.Compare(RandomQuery(agreement.clubcards(), i < 8 ? &choices : &questions));
    CRLITE_PROPERTY(difference.empty(), difference);
  }
  return 0;
}
