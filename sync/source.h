// A place that filters come from, and how the command line and messages name it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conf/config.h"
#include "sync/fetcher.h"
#include "sync/offer.h"

namespace crlite {

// What one place has to give. Not thread-safe. Failures of the place are kUnavailable: another one
// may do better.
class Source {
 public:
  virtual ~Source() = default;

  // What there is to have, with `source` set to SourceSpec. No filter's bytes are kept.
  virtual Result<Offer> GetOffer() = 0;

  // The bytes of one file of the offer, of the size and hash that it was offered with.
  virtual Result<std::vector<uint8_t>> Read(const OfferedFile& file) = 0;
};

// "manifest+https://host/folder/" or "dir:PATH" (crlite-sync --source). The result needs no
// signature: its name was given by hand. Errors are kUsage.
Result<SourceConfig> ParseSourceSpec(std::string_view spec);

// The inverse.
std::string SourceSpec(const SourceConfig& config);

// `fetcher` must outlive the result. Refuses a URL that CheckUrl refuses, and a source that has to
// be signed and cannot be.
Result<std::unique_ptr<Source>> OpenSource(const SourceConfig& config, Fetcher* fetcher);

// Whether `content` is what was offered; else what differs, and the name of the file.
Status CheckContent(const OfferedFile& file, Bytes content);

}  // namespace crlite
