// The embedded SCT list (RFC 6962, section 3.3; docs/formats.md, "SCT list").
//
// Freestanding.
#pragma once

#include "cascade/reader/query.h"

namespace crlite {

struct SctList {
  Sct scts[kMaxScts];  // the parseable ones, in certificate order
  size_t count = 0;
  size_t num_malformed = 0;  // items skipped, and one for a list that ends in the middle of an item

  std::span<const Sct> Span() const { return {scts, count}; }
};

// Reads `extension_value`: the content of the extension's extnValue OCTET STRING, itself a DER
// OCTET STRING around the TLS vector. Returns false, with an empty list, when the value is no such
// thing; a malformed item is skipped and counted, an item whose length does not fit ends the list.
// Items beyond kMaxScts are ignored. `out` needs not be initialised.
[[nodiscard]] bool ParseSctList(Bytes extension_value, SctList* out);

}  // namespace crlite
