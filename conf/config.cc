#include "conf/config.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cascade/base/file.h"
#include "cascade/snapshot/state_directory.h"
#include "conf/yaml_map.h"

namespace crlite {
namespace {

constexpr uint64_t kMaxConfigSize = 1 << 20;

Status ReadPath(const YamlMap& map, std::string_view key, std::string* out) {
  if (Status read = map.Read(key, out); !read.ok() || !map.Has(key)) return read;
  if (out->front() == '/') return Status::Ok();
  return map.WrongValue(key, *out, "an absolute path");
}

Status CheckPresent(const YamlMap& map, std::string_view file, std::string_view key) {
  if (map.Has(key)) return Status::Ok();
  return YamlMap::ErrorAt(file, map.line(), fmt::format("source: key \"{}\" is missing", key));
}

Status ReadManifest(const YAML::Node& node, std::string_view file, SourceConfig* out) {
  Result<YamlMap> map = YamlMap::Open(node, file, "source", {"type", "url", "require-signature"});
  if (!map.ok()) return map.error();
  if (Status present = CheckPresent(*map, file, "url"); !present.ok()) return present;
  out->type = SourceType::kManifest;
  if (Status read = map->Read("url", &out->location); !read.ok()) return read;
  out->line = YamlMap::LineOf(map->Get("url"));
  return map->Read("require-signature", &out->require_signature);
}

Status ReadDirectory(const YAML::Node& node, std::string_view file, SourceConfig* out) {
  Result<YamlMap> map = YamlMap::Open(node, file, "source", {"type", "path", "require-signature"});
  if (!map.ok()) return map.error();
  if (Status present = CheckPresent(*map, file, "path"); !present.ok()) return present;
  out->type = SourceType::kDirectory;
  if (Status read = ReadPath(*map, "path", &out->location); !read.ok()) return read;
  return map->Read("require-signature", &out->require_signature);
}

// Which keys a source may have depends on its type, so that is read first.
Status ReadSource(const YAML::Node& node, std::string_view file, SourceConfig* out) {
  enum class Type { kRemoteSettings, kManifest, kDirectory };
  Result<YamlMap> map = YamlMap::Open(
      node, file, "source", {"type", "url", "path", "channel", "root-sha256", "require-signature"});
  if (!map.ok()) return map.error();
  if (Status present = CheckPresent(*map, file, "type"); !present.ok()) return present;
  Type type = Type::kRemoteSettings;
  if (Status read = map->Read<Type>("type",
                                    {{"remote-settings", Type::kRemoteSettings},
                                     {"manifest", Type::kManifest},
                                     {"directory", Type::kDirectory}},
                                    &type);
      !read.ok()) {
    return read;
  }
  if (type == Type::kManifest) return ReadManifest(node, file, out);
  if (type == Type::kDirectory) return ReadDirectory(node, file, out);
  return map->WrongValue("type", "remote-settings, which this version does not support",
                         "manifest or directory");
}

Status ReadSources(const YAML::Node& node, std::string_view file, std::vector<SourceConfig>* out) {
  if (!node.IsSequence()) {
    return YamlMap::ErrorAt(file, YamlMap::LineOf(node),
                            "sources: wanted a list, each entry beginning with \"- type:\"");
  }
  for (const YAML::Node& entry : node) {
    SourceConfig source;
    if (Status read = ReadSource(entry, file, &source); !read.ok()) return read;
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
  if (map->Has("metrics-file")) {
    return YamlMap::ErrorAt(file, YamlMap::LineOf(map->Get("metrics-file")),
                            "metrics-file: not supported by this version; remove the line");
  }
  if (Status read = ReadPath(*map, "state-dir", &out->state_dir); !read.ok()) return read;
  // A key without a value ("sources:") is an empty section.
  if (const YAML::Node sources = map->Get("sources"); sources.IsDefined() && !sources.IsNull()) {
    if (Status read = ReadSources(sources, file, &out->sources); !read.ok()) return read;
  }
  if (const YAML::Node policy = map->Get("policy"); policy.IsDefined() && !policy.IsNull()) {
    if (Status read = ReadPolicy(policy, file, &out->policy); !read.ok()) return read;
  }
  return Status::Ok();
}

}  // namespace

Config DefaultConfig() {
  Config config;
  config.state_dir = kDefaultStateDir;
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
  if (!must_exist && access(path.c_str(), F_OK) != 0 && errno == ENOENT) return DefaultConfig();
  Result<std::vector<uint8_t>> content = ReadFile(path, kMaxConfigSize);
  if (!content.ok()) return Error{ErrorCode::kConfiguration, content.error().message};
  return ParseConfig({reinterpret_cast<const char*>(content->data()), content->size()}, path);
}

}  // namespace crlite
