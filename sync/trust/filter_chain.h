// Which records of cert-revocations make up the filters of a channel (docs/formats.md, "Records of
// cert-revocations").
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"
#include "sync/offer/offer.h"

namespace crlite {

struct SignedFile {
  OfferedFile file;
  std::string location;  // relative to the server's base URL of attachments
  uint64_t effective_ms = 0;
};

// The newest full filter of `channel`, then its deltas: each the child of the one before, first in
// time where several claim the same parent. Records off the chain are ignored; a record without
// `channel` belongs to "default". Call with records whose signature was verified. kMalformed when
// there is no full filter, or when a record of the chain has no usable attachment.
Result<std::vector<SignedFile>> BuildFilterChain(const nlohmann::json& records,
                                                 std::string_view channel);

}  // namespace crlite
