// A folder on this machine: a copy of what crlite-mirror publishes, a upki cache, or plain filter
// files.
//
// A changeset.json makes it signed, and must verify. Without one, and only if no signature is
// required: a folder with manifest.json or revocation/manifest.json is a upki cache, whose list,
// order, hashes and time hold. Any other folder gives its regular files named *.filter, *-filter,
// *.delta or *.filter.* (hidden ones are left out). Their order is by name, those with "delta" in
// the name behind the others; the time is that of the newest file.
#pragma once

#include <string>

#include "sync/source/source.h"

namespace crlite {

class DirectorySource final : public Source {
 public:
  explicit DirectorySource(const SourceConfig& config);

  Result<Offer> GetOffer(const Offer* held) override;
  Status Bring(const Offer& offer, const std::vector<size_t>& missing, FilterStore* store) override;

 private:
  Result<Offer> ReadSigned(const Offer* held);
  Result<Offer> ReadUnsigned();

  const std::string name_;
  std::string folder_;
  const bool require_signature_;
  const Trust trust_;
};

}  // namespace crlite
