// A folder on a web server: what crlite-mirror publishes, or a upki mirror (docs/formats.md,
// "Mirror").
#pragma once

#include <string>

#include "sync/source/source.h"

namespace crlite {

// Signed if there is a changeset.json, which then must verify. Without one, manifest.json is taken
// if no signature is required.
class ManifestSource final : public Source {
 public:
  // `config.location` has passed CheckUrl; a '/' at its end is added if need be.
  ManifestSource(const SourceConfig& config, Fetcher* fetcher);

  Result<Offer> GetOffer(const Offer* held) override;
  Status Bring(const Offer& offer, const std::vector<size_t>& missing, FilterStore* store) override;

 private:
  Result<Offer> GetUnsigned(const Offer* held);

  const std::string name_;
  std::string folder_;
  const bool require_signature_;
  const Trust trust_;
  Fetcher* fetcher_;
};

}  // namespace crlite
