#include "conf/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace crlite {
namespace {

Config Parsed(const std::string& text) {
  Result<Config> config = ParseConfig(text, "config.yaml");
  EXPECT_TRUE(config.ok()) << config.error().message;
  return config.ok() ? *config : Config{};
}

std::string ErrorOf(const std::string& text) {
  const Result<Config> config = ParseConfig(text, "config.yaml");
  EXPECT_FALSE(config.ok());
  if (config.ok()) return "";
  EXPECT_EQ(ExitCodeOf(config.error().code), 78);
  return config.error().message;
}

TEST(Config, EmptyTextMeansTheDefaults) {
  for (const char* text : {"", "# only a comment\n", "---\n", "sources:\npolicy:\n"}) {
    const Config config = Parsed(text);
    EXPECT_EQ(config.state_dir, "/var/lib/crlite");
    EXPECT_EQ(config.metrics_file, "");
    ASSERT_EQ(config.sources.size(), 1u);
    EXPECT_EQ(config.sources[0].type, SourceType::kRemoteSettings);
    EXPECT_EQ(config.sources[0].location, "https://firefox.settings.services.mozilla.com/v1");
    EXPECT_EQ(config.sources[0].channel, "default");
    EXPECT_TRUE(config.sources[0].require_signature);
    EXPECT_TRUE(config.sources[0].roots.empty());
    EXPECT_EQ(config.policy.mode, Mode::kEnforce);
    EXPECT_EQ(config.policy.stale_after_s, 864000u);
    EXPECT_EQ(config.policy.damaged, Action::kReport);
    EXPECT_FALSE(config.policy.insist);
  }
}

TEST(Config, AnEmptyListOfSourcesMeansNone) { EXPECT_TRUE(Parsed("sources: []").sources.empty()); }

TEST(Config, ReadsEveryKey) {
  const Config config = Parsed(R"(
state-dir: /srv/crlite
metrics-file: /run/crlite.prom
sources:
  - type: manifest
    url: https://crlite.example.org/revocation/
    channel: compat
    root-sha256: 00000000000000000000000000000000000000000000000000000000000000aB
  - type: directory
    path: /var/cache/upki/revocation
    require-signature: false
  - type: remote-settings
    url: https://settings.example.org/v1
    root-sha256: [0000000000000000000000000000000000000000000000000000000000000001,
                  0000000000000000000000000000000000000000000000000000000000000002]
  - type: capsule
    path: /media/usb/capsule
    require-signature: true
policy:
  mode: shadow
  insist: true
  never-provisioned: deny
  stale-after: 12h
  stale: report
  damaged: deny
)");
  EXPECT_EQ(config.state_dir, "/srv/crlite");
  EXPECT_EQ(config.metrics_file, "/run/crlite.prom");
  ASSERT_EQ(config.sources.size(), 4u);
  EXPECT_EQ(config.sources[0].type, SourceType::kManifest);
  EXPECT_EQ(config.sources[0].location, "https://crlite.example.org/revocation/");
  EXPECT_TRUE(config.sources[0].require_signature);
  EXPECT_EQ(config.sources[0].channel, "compat");
  ASSERT_EQ(config.sources[0].roots.size(), 1u);
  EXPECT_EQ(config.sources[0].roots[0].bytes[31], 0xab);
  EXPECT_EQ(config.sources[0].line, 6);
  EXPECT_EQ(config.sources[1].type, SourceType::kDirectory);
  EXPECT_EQ(config.sources[1].location, "/var/cache/upki/revocation");
  EXPECT_FALSE(config.sources[1].require_signature);
  EXPECT_EQ(config.sources[1].channel, "default");
  EXPECT_EQ(config.sources[2].type, SourceType::kRemoteSettings);
  EXPECT_EQ(config.sources[2].location, "https://settings.example.org/v1");
  ASSERT_EQ(config.sources[2].roots.size(), 2u);
  EXPECT_EQ(config.sources[2].roots[1].bytes[31], 2);
  EXPECT_EQ(config.sources[3].type, SourceType::kCapsule);
  EXPECT_EQ(config.sources[3].location, "/media/usb/capsule");
  EXPECT_EQ(config.policy.mode, Mode::kShadow);
  EXPECT_TRUE(config.policy.insist);
  EXPECT_EQ(config.policy.never_provisioned, Action::kDeny);
  EXPECT_EQ(config.policy.stale_after_s, 12u * 3600);
  EXPECT_EQ(config.policy.stale, Action::kReport);
  EXPECT_EQ(config.policy.damaged, Action::kDeny);
}

TEST(Config, ShippedExampleSaysTheDefaultsWhenUncommented) {
  std::ifstream file(CRLITE_SOURCE_DIR "/conf/config.yaml");
  std::string text, line;
  while (std::getline(file, line)) {
    // Prose has one space behind the '#', settings have none or, nested, two.
    const bool is_prose = line.size() > 2 && line[1] == ' ' && line[2] != ' ';
    if (!line.empty() && line[0] == '#' && !is_prose) line.erase(0, 1);
    text += line + "\n";
  }
  const Config config = Parsed(text);
  const Config defaults = DefaultConfig();
  EXPECT_EQ(config.state_dir, defaults.state_dir);
  EXPECT_EQ(config.sources.size(), 4u);
  EXPECT_EQ(config.sources[0].location, defaults.sources[0].location);
  uint8_t encoded[kEncodedPolicySize], wanted[kEncodedPolicySize];
  EncodePolicy(config.policy, encoded);
  EncodePolicy(defaults.policy, wanted);
  EXPECT_TRUE(SameBytes(encoded, wanted));
}

TEST(Config, DurationsHaveMinutesHoursAndDays) {
  EXPECT_EQ(Parsed("policy: {stale-after: 30m}").policy.stale_after_s, 1800u);
  EXPECT_EQ(Parsed("policy: {stale-after: 3650d}").policy.stale_after_s, 315360000u);
  for (const char* wrong : {"10", "d", "-1d", "1.5d", "10 d", "10w", "0d", "3651d", "1d2h",
                            "99999999999999999999d", "200000000000000000h"}) {
    EXPECT_EQ(ErrorOf("policy:\n  stale-after: " + std::string(wrong)),
              "config.yaml: line 2: stale-after: found " + std::string(wrong) +
                  ", wanted a number and m, h or d (10d), from 1m to 3650d");
  }
}

TEST(Config, UnknownKeyIsNamedWithItsLineAndTheAllowedOnes) {
  EXPECT_EQ(ErrorOf("\nstate-dir: /x\nstat-dir: /x\n"),
            "config.yaml: line 3: configuration: unknown key \"stat-dir\", allowed are state-dir, "
            "metrics-file, sources, policy");
  EXPECT_EQ(ErrorOf("policy:\n  mode: off\n  stale_after: 10d\n"),
            "config.yaml: line 3: policy: unknown key \"stale_after\", allowed are mode, insist, "
            "never-provisioned, stale-after, stale, damaged");
  EXPECT_EQ(ErrorOf("sources:\n  - type: manifest\n    path: /x\n"),
            "config.yaml: line 3: source: unknown key \"path\", allowed are type, url, channel, "
            "root-sha256, require-signature");
}

TEST(Config, WrongValueIsNamedWithItsLineAndTheAllowedOnes) {
  EXPECT_EQ(ErrorOf("policy:\n  mode: on\n"),
            "config.yaml: line 2: mode: found on, wanted one of enforce, shadow, off");
  EXPECT_EQ(ErrorOf("policy:\n  stale: yes\n"),
            "config.yaml: line 2: stale: found yes, wanted one of allow, report, deny");
  EXPECT_EQ(ErrorOf("policy:\n  insist: 1\n"),
            "config.yaml: line 2: insist: found 1, wanted one of true, false");
  EXPECT_EQ(ErrorOf("state-dir: var/lib\n"),
            "config.yaml: line 1: state-dir: found var/lib, wanted an absolute path");
  EXPECT_EQ(ErrorOf("state-dir: [a]\n"),
            "config.yaml: line 1: state-dir: found no single value, wanted text");
  EXPECT_EQ(ErrorOf("state-dir: ''\n"),
            "config.yaml: line 1: state-dir: found nothing, wanted text");
  EXPECT_EQ(ErrorOf("sources:\n  - type: mirror\n"),
            "config.yaml: line 2: type: found mirror, wanted one of remote-settings, manifest, "
            "directory, capsule");
}

TEST(Config, WrongShapeIsAnErrorWithItsLine) {
  EXPECT_EQ(ErrorOf("just text\n"),
            "config.yaml: line 1: configuration: wanted \"key: value\" lines with the keys "
            "state-dir, metrics-file, sources, policy");
  EXPECT_EQ(ErrorOf("sources: /x\n"),
            "config.yaml: line 1: sources: wanted a list, each entry beginning with \"- type:\"");
  EXPECT_EQ(ErrorOf("policy:\n  mode: off\n  mode: enforce\n"),
            "config.yaml: line 3: policy: key \"mode\" for the second time");
  EXPECT_EQ(ErrorOf("sources:\n  - type: manifest\n"),
            "config.yaml: line 2: source: key \"url\" is missing");
  EXPECT_EQ(ErrorOf("sources:\n  - type: directory\n"),
            "config.yaml: line 2: source: key \"path\" is missing");
  EXPECT_EQ(ErrorOf("sources:\n  - path: /x\n"),
            "config.yaml: line 2: source: key \"type\" is missing");
  const std::string broken = ErrorOf("state-dir: /x\npolicy: {mode: off\n");
  EXPECT_NE(broken.find("not valid YAML"), std::string::npos) << broken;
  EXPECT_EQ(broken.find("config.yaml: line "), 0u) << broken;
}

TEST(Config, PathsAreAbsolute) {
  EXPECT_EQ(ErrorOf("state-dir: /x\nmetrics-file: y\n"),
            "config.yaml: line 2: metrics-file: found y, wanted an absolute path");
  EXPECT_EQ(ErrorOf("sources:\n  - type: capsule\n    path: y\n"),
            "config.yaml: line 3: path: found y, wanted an absolute path");
}

TEST(Config, SignaturesCannotBeWaivedWhereThereAlwaysIsOne) {
  for (const char* source :
       {"type: remote-settings\n    url: https://x/v1", "type: capsule\n    path: /x"}) {
    const std::string text = "sources:\n  - " + std::string(source);
    EXPECT_EQ(ErrorOf(text + "\n    require-signature: false\n"),
              "config.yaml: line 4: require-signature: found false, wanted true: sources of this "
              "type are signed");
    EXPECT_TRUE(Parsed(text).sources[0].require_signature);
  }
}

TEST(Config, RootsAre64HexadecimalDigits) {
  const std::string source = "sources:\n  - type: directory\n    path: /x\n    root-sha256: ";
  const std::string hash(64, 'a');
  for (const std::string& wrong : {hash.substr(1), hash + "a", "g" + hash.substr(1)}) {
    for (const std::string& text : {wrong, "[" + hash + ", " + wrong + "]"}) {
      EXPECT_EQ(ErrorOf(source + text),
                "config.yaml: line 4: root-sha256: found " + wrong +
                    ", wanted 64 hexadecimal digits: the SHA-256 of a certificate");
    }
  }
  EXPECT_EQ(ErrorOf(source + "[]"),
            "config.yaml: line 4: root-sha256: found an empty list, wanted at least one hash");
  EXPECT_EQ(ErrorOf(source + "[[]]"),
            "config.yaml: line 4: root-sha256: found a list of something else, wanted a list of "
            "texts");
  EXPECT_EQ(ErrorOf(source + "{}"),
            "config.yaml: line 4: root-sha256: found no single value, wanted text");
}

TEST(Config, MissingFileMeansTheDefaultsUnlessItWasNamed) {
  const std::string path = testing::TempDir() + "/no-such-config.yaml";
  EXPECT_TRUE(LoadConfig(path, /*must_exist=*/false).ok());
  const Result<Config> named = LoadConfig(path, /*must_exist=*/true);
  ASSERT_FALSE(named.ok());
  EXPECT_EQ(named.error().message, path + ": cannot open: No such file or directory");
  EXPECT_EQ(ExitCodeOf(named.error().code), 78);
}

TEST(Config, DirectoryInPlaceOfTheFileIsAnError) {
  const Result<Config> config = LoadConfig(testing::TempDir(), /*must_exist=*/false);
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(ExitCodeOf(config.error().code), 78);
}

TEST(Config, RefusesASourceThatIsThereTwice) {
  EXPECT_EQ(
      ErrorOf("sources:\n  - type: directory\n    path: /x\n  - type: capsule\n    path: /x\n"
              "  - type: directory\n    path: /x\n    channel: compat\n"),
      "config.yaml: line 7: sources: /x for the second time, first on line 3; root-sha256 takes a "
      "list");
}

}  // namespace
}  // namespace crlite
