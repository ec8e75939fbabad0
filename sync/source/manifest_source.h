// A folder on a web server: manifest.json and the files that it names.
#pragma once

#include <string>

#include "sync/source/source.h"

namespace crlite {

class ManifestSource final : public Source {
 public:
  // `config.location` has passed CheckUrl; a '/' at its end is added if need be.
  ManifestSource(const SourceConfig& config, Fetcher* fetcher);

  Result<Offer> GetOffer() override;
  Result<std::vector<uint8_t>> Read(const OfferedFile& file) override;

 private:
  std::string name_, folder_;
  Fetcher* fetcher_;
};

}  // namespace crlite
