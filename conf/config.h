// config.yaml: what the administrator wrote, checked.
//
// crlite-sync reads it; everything else learns of it through the snapshot. man crlite.yaml(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/policy.h"
#include "cascade/reader/sha256.h"

namespace crlite {

inline constexpr char kDefaultConfigPath[] = "/etc/crlite/config.yaml";

enum class SourceType {
  kRemoteSettings,  // `location` is the URL of a Remote Settings server, with its version
  kManifest,        // `location` is the URL of a folder that crlite-mirror or upki's mirror made
  kDirectory,       // `location` is the path of a folder with filters, or of such a mirror's copy
  kCapsule,         // `location` is the path of a file that crlite-sync export made
};

// Whether data of that kind of source carries a signature in any case.
bool IsAlwaysSigned(SourceType type);
// Whether `location` is a URL, else a path.
bool HasUrl(SourceType type);

struct SourceConfig {
  SourceType type = SourceType::kManifest;
  std::string location;
  bool require_signature = true;    // never false for remote-settings and capsule
  std::string channel = "default";  // of signed data
  std::vector<Sha256Digest> roots;  // that may have signed it; empty: Mozilla's production root
  int line = 0;                     // of `location` in the file, for messages; 0: from elsewhere
};

struct Config {
  std::string state_dir;              // absolute
  std::string metrics_file;           // absolute; empty: none
  std::vector<SourceConfig> sources;  // tried in order
  Policy policy;
  std::string exemptions_file;  // beside config.yaml; empty, without one: no exemptions
};

// What holds when there is no config.yaml: Mozilla's Remote Settings as the only source.
Config DefaultConfig();

// Reads the whole text, strictly: an unknown or repeated key, a wrong type or value is an error
// (kConfiguration) that names `name`, the line and what is allowed.
Result<Config> ParseConfig(std::string_view text, const std::string& name);

// The same from a file. A missing file means the defaults unless `must_exist`.
Result<Config> LoadConfig(const std::string& path, bool must_exist);

}  // namespace crlite
