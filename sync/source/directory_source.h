// A folder on this machine: a upki cache, or plain filter files.
//
// A upki cache is a folder with manifest.json or revocation/manifest.json: its list, order, hashes
// and time hold. Any other folder gives its regular files named *.filter, *-filter, *.delta or
// *.filter.* (hidden ones are left out). Their order is by name, those with "delta" in the name
// behind the others; the time is that of the newest file.
#pragma once

#include <string>

#include "sync/source/source.h"

namespace crlite {

class DirectorySource final : public Source {
 public:
  explicit DirectorySource(const SourceConfig& config);

  Result<Offer> GetOffer() override;
  Result<std::vector<uint8_t>> Read(const OfferedFile& file) override;

 private:
  Result<Offer> ReadManifestFile(const std::string& path);
  Result<Offer> ListFilters();

  std::string name_, folder_;
};

}  // namespace crlite
