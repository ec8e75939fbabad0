#include "conf/exemptions.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "conf/yaml_map.h"

namespace crlite {
namespace {

constexpr uint64_t kMaxFileSize = 1 << 20;
constexpr uint64_t kClockSlackMs = uint64_t{86400} * 1000;
constexpr size_t kIdBytes = 8;

Error ConfigurationError(std::string message) {
  return {ErrorCode::kConfiguration, std::move(message)};
}

// One exemption's lines.
class Entry {
 public:
  static Result<Exemption> Read(const YAML::Node& node, std::string_view file, uint64_t now_ms) {
    const Result<YamlMap> map =
        YamlMap::Open(node, file, "exemption",
                      {"issuer-spki", "serial", "leaf-spki", "reason", "added", "until"});
    if (!map.ok()) return map.error();
    Entry entry(*map, file);
    if (Status read = entry.ReadAll(now_ms); !read.ok()) return read.error();
    return entry.exemption_;
  }

 private:
  Entry(const YamlMap& map, std::string_view file) : map_(map), file_(file) {
    exemption_.line = map.line();
  }

  Status ReadAll(uint64_t now_ms) {
    if (Status read = ReadWhat(); !read.ok()) return read;
    if (Status read = ReadReason(); !read.ok()) return read;
    if (Status read = ReadTime("added", &exemption_.added_ms); !read.ok()) return read;
    if (Status read = ReadTime("until", &exemption_.until_ms); !read.ok()) return read;
    const uint64_t latest_ms = LatestExemptionEndMs(now_ms);
    // A clock that is set back a little must not stop every publication.
    if (exemption_.until_ms <= latest_ms + kClockSlackMs) return Status::Ok();
    return map_.WrongValue(
        "until", FormatTimeMs(exemption_.until_ms),
        fmt::format("at most {} days from now, {}", kMaxExemptionDays, FormatTimeMs(latest_ms)));
  }

  Status ReadWhat() {
    const bool has_issuer = map_.Has("issuer-spki"), has_serial = map_.Has("serial");
    if (map_.Has("leaf-spki") ? has_issuer || has_serial : !has_issuer || !has_serial) {
      return ErrorHere(
          has_issuer && !has_serial && !map_.Has("leaf-spki")
              ? "issuer-spki without serial: an issuer alone cannot be exempt; wanted the serial "
                "of one certificate too"
              : "wanted either issuer-spki and serial, or leaf-spki");
    }
    if (!has_issuer) {
      exemption_.kind = Exemption::Kind::kLeafKey;
      return ReadHash("leaf-spki", exemption_.leaf_spki.bytes);
    }
    exemption_.kind = Exemption::Kind::kCertificate;
    if (Status read = ReadHash("issuer-spki", exemption_.issuer.bytes); !read.ok()) return read;
    std::string text;
    if (Status read = map_.Read("serial", &text); !read.ok()) return read;
    if (ParseExemptSerial(text, &exemption_.serial)) return Status::Ok();
    return map_.WrongValue("serial", text, "2 to 510 hexadecimal digits, as in the certificate");
  }

  Status ReadHash(std::string_view key, std::span<uint8_t> out) {
    std::string text;
    if (Status read = map_.Read(key, &text); !read.ok()) return read;
    if (FromHexExactly(text, out)) return Status::Ok();
    return map_.WrongValue(
        key, text, "64 hexadecimal digits: the SHA-256 of a certificate's SubjectPublicKeyInfo");
  }

  Status ReadReason() {
    if (!map_.Has("reason")) return Missing("reason");
    if (Status read = map_.Read("reason", &exemption_.reason); !read.ok()) return read;
    if (IsExemptionReason(exemption_.reason)) return Status::Ok();
    return map_.WrongValue("reason", fmt::format("{} bytes", exemption_.reason.size()),
                           "one line of at most 200 bytes without control characters");
  }

  Status ReadTime(std::string_view key, uint64_t* out_ms) {
    if (!map_.Has(key)) return Missing(key);
    std::string text;
    if (Status read = map_.Read(key, &text); !read.ok()) return read;
    int64_t seconds = 0;
    if (!ParseRfc3339(text, &seconds) || seconds < 0) {
      return map_.WrongValue(key, text, "a time such as 2026-10-20T00:00:00Z");
    }
    *out_ms = static_cast<uint64_t>(seconds) * 1000;
    return Status::Ok();
  }

  Error Missing(std::string_view key) const {
    return ErrorHere(fmt::format("key \"{}\" is missing", key));
  }
  Error ErrorHere(std::string_view what) const {
    return YamlMap::ErrorAt(file_, exemption_.line, fmt::format("exemption: {}", what));
  }

  const YamlMap& map_;
  const std::string_view file_;
  Exemption exemption_;
};

Status ReadList(const YAML::Node& node, std::string_view file, uint64_t now_ms,
                std::vector<Exemption>* out) {
  if (!node.IsSequence()) {
    return YamlMap::ErrorAt(file, YamlMap::LineOf(node),
                            "exemptions: wanted a list, each entry beginning with \"- \"");
  }
  if (node.size() > kMaxExemptions) {
    return YamlMap::ErrorAt(
        file, YamlMap::LineOf(node),
        fmt::format("exemptions: {} entries, at most {}", node.size(), kMaxExemptions));
  }
  std::map<ExemptionKey, int> lines;
  for (const YAML::Node& item : node) {
    Result<Exemption> exemption = Entry::Read(item, file, now_ms);
    if (!exemption.ok()) return exemption.error();
    const auto [first, is_new] = lines.emplace(exemption->Key(), exemption->line);
    if (!is_new) {
      return YamlMap::ErrorAt(
          file, exemption->line,
          fmt::format("exemption: the same for the second time, first on line {}", first->second));
    }
    out->push_back(std::move(*exemption));
  }
  return Status::Ok();
}

Status ReadRoot(const YAML::Node& root, std::string_view file, uint64_t now_ms,
                std::vector<Exemption>* out) {
  if (root.IsNull()) return Status::Ok();
  const Result<YamlMap> map = YamlMap::Open(root, file, "file", {"exemptions"});
  if (!map.ok()) return map.error();
  const YAML::Node list = map->Get("exemptions");
  return list.IsDefined() && !list.IsNull() ? ReadList(list, file, now_ms, out) : Status::Ok();
}

// A double-quoted YAML text. IsExemptionReason leaves nothing else to escape.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

ExemptionKey Exemption::Key() const {
  return kind == Kind::kLeafKey ? LeafKeyExemptionKey(leaf_spki.bytes)
                                : CertificateExemptionKey(issuer, serial);
}

std::string Exemption::Id() const { return ToHex(Bytes(Key().bytes, kIdBytes)); }

uint64_t LatestExemptionEndMs(uint64_t now_ms) {
  return now_ms + kMaxExemptionDays * uint64_t{86400} * 1000;
}

bool ParseExemptSerial(std::string_view text, std::vector<uint8_t>* out) {
  return FromHex(text, out) && !out->empty() && out->size() <= kMaxExemptSerialSize;
}

bool IsExemptionReason(std::string_view text) {
  return !text.empty() && text.size() <= kMaxReasonSize && WithoutControls(text) == text;
}

std::string ExemptionsPathBeside(const std::string& config_path) {
  return DirectoryOf(config_path) + "/exemptions.yaml";
}

Result<std::vector<Exemption>> ParseExemptions(std::string_view text, const std::string& name,
                                               uint64_t now_ms) {
  std::vector<Exemption> exemptions;
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (Status read = ReadRoot(root, name, now_ms, &exemptions); !read.ok()) return read.error();
  } catch (const YAML::Exception& e) {
    return YamlMap::ErrorAt(name, e.mark.line + 1, "not valid YAML: " + e.msg);
  }
  return exemptions;
}

Result<std::vector<Exemption>> LoadExemptions(const std::string& path, uint64_t now_ms) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::vector<Exemption>();
    return ConfigurationError(IoError(path, "cannot be examined", errno).message);
  }
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    return ConfigurationError(
        fmt::format("{0}: owned by user {1}, wanted root; if its content is right, chown root {0}",
                    path, status.st_uid));
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return ConfigurationError(
        fmt::format("{0}: mode {1:04o}, others may write it; if its content is right, chmod go-w "
                    "{0}",
                    path, status.st_mode & 07777));
  }
  Result<std::vector<uint8_t>> content = ReadFile(path, kMaxFileSize);
  if (!content.ok()) return ConfigurationError(content.error().message);
  return ParseExemptions({reinterpret_cast<const char*>(content->data()), content->size()}, path,
                         now_ms);
}

std::string ExemptionsToText(const std::vector<Exemption>& exemptions) {
  std::string text =
      "# Certificates that are let through whatever the data says of them. `crlite exempt` writes\n"
      "# this file and keeps no comments; after a change by hand, `crlite-sync publish` puts it "
      "in\n"
      "# force.\n";
  text += exemptions.empty() ? "exemptions: []\n" : "exemptions:\n";
  for (const Exemption& exemption : exemptions) {
    if (exemption.kind == Exemption::Kind::kLeafKey) {
      text += fmt::format("  - leaf-spki: \"{}\"\n", ToHex(exemption.leaf_spki.bytes));
    } else {
      text += fmt::format("  - issuer-spki: \"{}\"\n    serial: \"{}\"\n",
                          ToHex(exemption.issuer.bytes), ToHex(exemption.serial));
    }
    text += fmt::format("    reason: {}\n    added: {}\n    until: {}\n", Quoted(exemption.reason),
                        FormatTimeMs(exemption.added_ms), FormatTimeMs(exemption.until_ms));
  }
  return text;
}

}  // namespace crlite
