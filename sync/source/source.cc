#include "sync/source/source.h"

#include <fmt/format.h>

#include "sync/source/capsule_source.h"
#include "sync/source/directory_source.h"
#include "sync/source/manifest_source.h"
#include "sync/source/remote_settings_source.h"
#include "sync/transfer/url.h"
#include "sync/trust/content_signature.h"

namespace crlite {
namespace {

struct Kind {
  SourceType type;
  std::string_view prefix;
  std::string_view location;  // how it is written
};

constexpr Kind kKinds[] = {
    {SourceType::kRemoteSettings, "remote-settings+", "https://HOST/v1"},
    {SourceType::kManifest, "manifest+", "https://HOST/FOLDER/"},
    {SourceType::kDirectory, "dir:", "PATH"},
    {SourceType::kCapsule, "capsule:", "FILE"},
};

Status CheckLocation(const SourceConfig& config) {
  return CheckUrl(config.location,
                  config.require_signature ? Vouching::kSignature : Vouching::kTransport);
}

Error UsageError(std::string_view spec, std::string_view what) {
  return {ErrorCode::kUsage, fmt::format("--source {}: {}", spec, what)};
}

Result<SourceConfig> ParseLocation(std::string_view spec, const Kind& kind) {
  SourceConfig config;
  config.type = kind.type;
  config.require_signature = IsAlwaysSigned(kind.type);
  config.location = spec.substr(kind.prefix.size());
  if (HasUrl(kind.type)) {
    if (Status checked = CheckLocation(config); !checked.ok()) {
      return UsageError(spec, checked.error().message);
    }
  } else if (config.location.empty()) {
    return UsageError(spec, fmt::format("no path, wanted {}{}", kind.prefix, kind.location));
  }
  return config;
}

}  // namespace

Result<SourceConfig> ParseSourceSpec(std::string_view spec) {
  std::string wanted;
  for (const Kind& kind : kKinds) {
    if (spec.starts_with(kind.prefix)) return ParseLocation(spec, kind);
    wanted += fmt::format("{}{}{}", wanted.empty() ? "" : ", ", kind.prefix, kind.location);
  }
  const bool is_url = spec.starts_with("http://") || spec.starts_with("https://");
  return UsageError(spec, fmt::format("{}, wanted one of {}",
                                      is_url ? "a URL without the kind of source in front"
                                             : "no such kind of source",
                                      wanted));
}

std::string SourceSpec(const SourceConfig& config) {
  for (const Kind& kind : kKinds) {
    if (kind.type == config.type) return std::string(kind.prefix) + config.location;
  }
  return config.location;
}

Trust TrustOf(const SourceConfig& source) {
  Trust trust{source.roots, source.channel};
  if (trust.roots.empty()) trust.roots = {kProductionRoot};
  return trust;
}

Result<std::unique_ptr<Source>> OpenSource(const SourceConfig& config, Fetcher* fetcher) {
  using Opened = std::unique_ptr<Source>;
  if (config.type == SourceType::kDirectory) return Opened(new DirectorySource(config));
  if (config.type == SourceType::kCapsule) return Opened(new CapsuleSource(config));
  if (Status checked = CheckLocation(config); !checked.ok()) return checked.error();
  if (config.type == SourceType::kManifest) return Opened(new ManifestSource(config, fetcher));
  return Opened(new RemoteSettingsSource(config, fetcher));
}

}  // namespace crlite
