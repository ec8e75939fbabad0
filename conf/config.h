// config.yaml: what the administrator wrote, checked.
//
// crlite-sync reads it; everything else learns of it through the snapshot. man crlite.yaml(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/policy.h"

namespace crlite {

inline constexpr char kDefaultConfigPath[] = "/etc/crlite/config.yaml";

enum class SourceType {
  kManifest,   // `location` is the URL of a folder with a manifest.json
  kDirectory,  // `location` is the path of a folder with filters
};

struct SourceConfig {
  SourceType type = SourceType::kManifest;
  std::string location;
  bool require_signature = true;
  int line = 0;  // of `location` in the file, for messages; 0: from elsewhere
};

struct Config {
  std::string state_dir;              // absolute
  std::vector<SourceConfig> sources;  // tried in order
  Policy policy;
};

// What holds when there is no config.yaml.
Config DefaultConfig();

// Reads the whole text, strictly: an unknown or repeated key, a wrong type or value is an error
// (kConfiguration) that names `name`, the line and what is allowed.
Result<Config> ParseConfig(std::string_view text, const std::string& name);

// The same from a file. A missing file means the defaults unless `must_exist`.
Result<Config> LoadConfig(const std::string& path, bool must_exist);

}  // namespace crlite
