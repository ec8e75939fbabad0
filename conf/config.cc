#include "conf/config.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/snapshot/state_directory.h"
#include "conf/exemptions.h"
#include "conf/yaml_map.h"

namespace crlite {
namespace {

constexpr uint64_t kMaxConfigSize = 1 << 20;
constexpr char kMozillaServer[] = "https://firefox.settings.services.mozilla.com/v1";

Status ReadPath(const YamlMap& map, std::string_view key, std::string* out) {
  if (Status read = map.Read(key, out); !read.ok() || !map.Has(key)) return read;
  if (out->front() == '/') return Status::Ok();
  return map.WrongValue(key, *out, "an absolute path");
}

Status CheckPresent(const YamlMap& map, std::string_view file, std::string_view key) {
  if (map.Has(key)) return Status::Ok();
  return YamlMap::ErrorAt(file, map.line(), fmt::format("source: key \"{}\" is missing", key));
}

Status ReadRoots(const YamlMap& map, std::vector<Sha256Digest>* out) {
  constexpr char kKey[] = "root-sha256";
  std::vector<std::string> hashes;
  if (Status read = map.Read(kKey, &hashes); !read.ok() || !map.Has(kKey)) return read;
  // An empty list would mean the built-in root to us, and no root to whoever wrote it.
  if (hashes.empty()) return map.WrongValue(kKey, "an empty list", "at least one hash");
  for (const std::string& hash : hashes) {
    Sha256Digest root;
    if (!FromHexExactly(hash, root.bytes)) {
      return map.WrongValue(kKey, hash, "64 hexadecimal digits: the SHA-256 of a certificate");
    }
    out->push_back(root);
  }
  return Status::Ok();
}

Status ReadType(const YAML::Node& node, std::string_view file, SourceType* out) {
  Result<YamlMap> map = YamlMap::Open(
      node, file, "source", {"type", "url", "path", "channel", "root-sha256", "require-signature"});
  if (!map.ok()) return map.error();
  if (Status present = CheckPresent(*map, file, "type"); !present.ok()) return present;
  return map->Read<SourceType>("type",
                               {{"remote-settings", SourceType::kRemoteSettings},
                                {"manifest", SourceType::kManifest},
                                {"directory", SourceType::kDirectory},
                                {"capsule", SourceType::kCapsule}},
                               out);
}

// Which keys a source may have depends on its type, so that is read first.
Status ReadSource(const YAML::Node& node, std::string_view file, SourceConfig* out) {
  if (Status read = ReadType(node, file, &out->type); !read.ok()) return read;
  const char* location = HasUrl(out->type) ? "url" : "path";
  Result<YamlMap> map = YamlMap::Open(
      node, file, "source", {"type", location, "channel", "root-sha256", "require-signature"});
  if (!map.ok()) return map.error();
  if (Status present = CheckPresent(*map, file, location); !present.ok()) return present;
  out->line = YamlMap::LineOf(map->Get(location));
  const Status located = HasUrl(out->type) ? map->Read(location, &out->location)
                                           : ReadPath(*map, location, &out->location);
  if (!located.ok()) return located;
  if (Status read = map->Read("channel", &out->channel); !read.ok()) return read;
  if (Status read = ReadRoots(*map, &out->roots); !read.ok()) return read;
  if (Status read = map->Read("require-signature", &out->require_signature); !read.ok()) {
    return read;
  }
  if (out->require_signature || !IsAlwaysSigned(out->type)) return Status::Ok();
  return map->WrongValue("require-signature", "false", "true: sources of this type are signed");
}

Status ReadSources(const YAML::Node& node, std::string_view file, std::vector<SourceConfig>* out) {
  if (!node.IsSequence()) {
    return YamlMap::ErrorAt(file, YamlMap::LineOf(node),
                            "sources: wanted a list, each entry beginning with \"- type:\"");
  }
  out->clear();  // of the default
  for (const YAML::Node& entry : node) {
    SourceConfig source;
    if (Status read = ReadSource(entry, file, &source); !read.ok()) return read;
    // What it gave could not be told from what the other one gave.
    for (const SourceConfig& other : *out) {
      if (other.type != source.type || other.location != source.location) continue;
      return YamlMap::ErrorAt(file, source.line,
                              fmt::format("sources: {} for the second time, first on line {}; "
                                          "root-sha256 takes a list",
                                          source.location, other.line));
    }
    out->push_back(std::move(source));
  }
  return Status::Ok();
}

Status ReadAction(const YamlMap& map, std::string_view key, Action* out) {
  return map.Read<Action>(
      key, {{"allow", Action::kAllow}, {"report", Action::kReport}, {"deny", Action::kDeny}}, out);
}

Status ReadPolicy(const YAML::Node& node, std::string_view file, Policy* out) {
  Result<YamlMap> map =
      YamlMap::Open(node, file, "policy",
                    {"mode", "insist", "never-provisioned", "stale-after", "stale", "damaged"});
  if (!map.ok()) return map.error();
  if (Status read = map->Read<Mode>(
          "mode", {{"enforce", Mode::kEnforce}, {"shadow", Mode::kShadow}, {"off", Mode::kOff}},
          &out->mode);
      !read.ok()) {
    return read;
  }
  if (Status read = map->Read("insist", &out->insist); !read.ok()) return read;
  if (Status read = ReadAction(*map, "never-provisioned", &out->never_provisioned); !read.ok()) {
    return read;
  }
  if (Status read = map->ReadDuration("stale-after", &out->stale_after_s); !read.ok()) return read;
  if (Status read = ReadAction(*map, "stale", &out->stale); !read.ok()) return read;
  return ReadAction(*map, "damaged", &out->damaged);
}

Status ReadConfig(const YAML::Node& root, std::string_view file, Config* out) {
  if (root.IsNull()) return Status::Ok();
  Result<YamlMap> map = YamlMap::Open(root, file, "configuration",
                                      {"state-dir", "metrics-file", "sources", "policy"});
  if (!map.ok()) return map.error();
  if (Status read = ReadPath(*map, "state-dir", &out->state_dir); !read.ok()) return read;
  if (Status read = ReadPath(*map, "metrics-file", &out->metrics_file); !read.ok()) return read;
  // A key without a value ("sources:") says nothing.
  if (const YAML::Node sources = map->Get("sources"); sources.IsDefined() && !sources.IsNull()) {
    if (Status read = ReadSources(sources, file, &out->sources); !read.ok()) return read;
  }
  if (const YAML::Node policy = map->Get("policy"); policy.IsDefined() && !policy.IsNull()) {
    if (Status read = ReadPolicy(policy, file, &out->policy); !read.ok()) return read;
  }
  return Status::Ok();
}

}  // namespace

bool HasUrl(SourceType type) {
  return type == SourceType::kRemoteSettings || type == SourceType::kManifest;
}

bool IsAlwaysSigned(SourceType type) {
  return type == SourceType::kRemoteSettings || type == SourceType::kCapsule;
}

Config DefaultConfig() {
  Config config;
  config.state_dir = kDefaultStateDir;
  SourceConfig mozilla;
  mozilla.type = SourceType::kRemoteSettings;
  mozilla.location = kMozillaServer;
  config.sources = {mozilla};
  return config;
}

Result<Config> ParseConfig(std::string_view text, const std::string& name) {
  Config config = DefaultConfig();
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (Status read = ReadConfig(root, name, &config); !read.ok()) return read.error();
  } catch (const YAML::Exception& e) {
    return YamlMap::ErrorAt(name, e.mark.line + 1, "not valid YAML: " + e.msg);
  }
  return config;
}

Result<Config> LoadConfig(const std::string& path, bool must_exist) {
  Config config = DefaultConfig();
  if (must_exist || access(path.c_str(), F_OK) == 0 || errno != ENOENT) {
    const Result<std::vector<uint8_t>> content = ReadFile(path, kMaxConfigSize);
    if (!content.ok()) return Error{ErrorCode::kConfiguration, content.error().message};
    Result<Config> parsed =
        ParseConfig({reinterpret_cast<const char*>(content->data()), content->size()}, path);
    if (!parsed.ok()) return parsed;
    config = std::move(*parsed);
  }
  config.exemptions_file = ExemptionsPathBeside(path);
  return config;
}

}  // namespace crlite
