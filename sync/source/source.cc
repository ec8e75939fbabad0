#include "sync/source/source.h"

#include <fmt/format.h>

#include "cascade/base/hex.h"
#include "sync/source/directory_source.h"
#include "sync/source/manifest_source.h"
#include "sync/transfer/url.h"

namespace crlite {
namespace {

constexpr std::string_view kManifestPrefix = "manifest+";
constexpr std::string_view kDirectoryPrefix = "dir:";

Error UsageError(std::string_view spec, std::string_view what) {
  return {ErrorCode::kUsage, fmt::format("--source {}: {}", spec, what)};
}

}  // namespace

Result<SourceConfig> ParseSourceSpec(std::string_view spec) {
  SourceConfig config;
  config.require_signature = false;
  if (spec.starts_with(kManifestPrefix)) {
    config.type = SourceType::kManifest;
    config.location = spec.substr(kManifestPrefix.size());
    if (Status checked = CheckUrl(config.location); !checked.ok()) {
      return UsageError(spec, checked.error().message);
    }
    return config;
  }
  if (spec.starts_with(kDirectoryPrefix)) {
    config.type = SourceType::kDirectory;
    config.location = spec.substr(kDirectoryPrefix.size());
    if (config.location.empty()) return UsageError(spec, "no path, wanted dir:PATH");
    return config;
  }
  if (spec.starts_with("remote-settings+") || spec.starts_with("capsule:")) {
    return UsageError(spec, "not supported by this version; use manifest+https://… or dir:PATH");
  }
  if (spec.starts_with("http://") || spec.starts_with("https://")) {
    return UsageError(spec,
                      "a URL without the kind of source; for a folder with manifest.json write "
                      "manifest+https://host/folder/ (http for loopback addresses)");
  }
  return UsageError(spec,
                    "no such kind of source, wanted manifest+https://host/folder/ or dir:PATH");
}

std::string SourceSpec(const SourceConfig& config) {
  const bool is_manifest = config.type == SourceType::kManifest;
  return std::string(is_manifest ? kManifestPrefix : kDirectoryPrefix) + config.location;
}

Result<std::unique_ptr<Source>> OpenSource(const SourceConfig& config, Fetcher* fetcher) {
  if (config.require_signature) {
    return Error{ErrorCode::kUnavailable,
                 SourceSpec(config) +
                     ": not signed, and signatures are required; to trust it anyway add the line "
                     "\"require-signature: false\" to this source"};
  }
  if (config.type == SourceType::kDirectory) {
    return std::unique_ptr<Source>(std::make_unique<DirectorySource>(config));
  }
  if (Status checked = CheckUrl(config.location); !checked.ok()) return checked.error();
  return std::unique_ptr<Source>(std::make_unique<ManifestSource>(config, fetcher));
}

}  // namespace crlite
