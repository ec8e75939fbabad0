// Bloom cascades: accepted by ours and by the reference alike, and every key answered alike.
#include "cascade/filter/bloom_cascade.h"

#include "tests/fuzz/property.h"
#include "tests/reference/bloom_cascade_reference.h"
#include "tests/reference/random_clubcard.h"

using namespace crlite;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto ours = ReadBloomCascade({data, size});
  const auto reference = crlite_reference::ReadBloomCascade(std::string(data, data + size));
  CRLITE_PROPERTY(ours.ok() == reference.has_value(), ours.ok() ? "ours" : ours.error().message);
  if (!ours.ok()) return 0;

  Choices choices(LoadLe64(Sha256::Hash({data, size}).bytes));
  for (int i = 0; i < 8; ++i) {
    const OwnedQuery query = RandomQuery({}, &choices);
    const crlite_reference::Query same = query.ForReference();
    const bool revoked = Contains(*reference, same.issuer + same.serial);
    CRLITE_PROPERTY(
        (*ours)->Ask(query.View()) == (revoked ? FilterStatus::kRevoked : FilterStatus::kGood),
        query.ToString());
  }
  // Keys of every length, an empty one too: CRLite's own are at least 33 bytes long.
  for (size_t length = 0; length < 9 && length <= size; ++length) {
    const std::string key(data, data + length);
    CRLITE_PROPERTY((*ours)->Contains({data, length}) == Contains(*reference, key),
                    std::to_string(length));
  }
  return 0;
}
