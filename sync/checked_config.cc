#include "sync/checked_config.h"

#include <fmt/format.h>

#include "sync/transfer/url.h"

namespace crlite {

Result<Config> LoadCheckedConfig(const std::string& path, bool must_exist) {
  Result<Config> config = LoadConfig(path, must_exist);
  if (!config.ok()) return config;
  for (const SourceConfig& source : config->sources) {
    if (!HasUrl(source.type)) continue;
    // The kind of URL is ours to judge, as it is libcurl that reads it.
    const Vouching vouching =
        source.require_signature ? Vouching::kSignature : Vouching::kTransport;
    if (Status checked = CheckUrl(source.location, vouching); !checked.ok()) {
      return checked.error().In(fmt::format("{}: line {}: url", path, source.line));
    }
  }
  return config;
}

}  // namespace crlite
