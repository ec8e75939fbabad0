// Stashes: what ours accepts the reference reads alike, and every listed certificate is revoked,
// its neighbours are not.
#include "cascade/filter/stash.h"

#include "tests/fuzz/property.h"
#include "tests/reference/bloom_cascade_reference.h"

using namespace crlite;

namespace {

bool IsRevoked(const Stash& stash, const std::string& key) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(key.data());
  Query query{};
  memcpy(query.issuer.bytes, bytes, kHashSize);
  query.serial = Bytes(bytes, key.size()).subspan(kHashSize);
  return stash.Ask(query) == FilterStatus::kRevoked;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto stash = ReadStash({data, size});
  const auto reference = crlite_reference::ReadStash(std::string(data, data + size));
  if (!reference) {
    CRLITE_PROPERTY(!stash.ok(), "the reference refuses it");
    return 0;
  }
  bool has_empty_serial = false;  // refused by ours alone
  for (const std::string& key : *reference) has_empty_serial |= key.size() == kHashSize;
  CRLITE_PROPERTY(stash.ok() == !has_empty_serial, stash.ok() ? "" : stash.error().message);
  if (!stash.ok()) return 0;

  for (const std::string& key : *reference) {
    CRLITE_PROPERTY(IsRevoked(**stash, key), "listed");
    for (size_t i : {size_t{0}, key.size() - 1}) {
      std::string neighbour = key;
      neighbour[i] = static_cast<char>(neighbour[i] ^ 1);
      CRLITE_PROPERTY(IsRevoked(**stash, neighbour) == (reference->count(neighbour) > 0),
                      "neighbour");
    }
  }
  return 0;
}
