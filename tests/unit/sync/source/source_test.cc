#include "sync/source/source.h"

#include <gtest/gtest.h>

#include "cascade/base/hex.h"

namespace crlite {
namespace {

std::string ErrorOf(const std::string& spec) {
  const Result<SourceConfig> source = ParseSourceSpec(spec);
  EXPECT_FALSE(source.ok()) << spec;
  if (source.ok()) return "";
  EXPECT_EQ(ExitCodeOf(source.error().code), 64);
  return source.error().message;
}

TEST(SourceSpec, GoesBothWays) {
  const struct {
    const char* spec;
    SourceType type;
    bool is_signed;
  } kCases[] = {
      {"remote-settings+https://example.org/v1", SourceType::kRemoteSettings, true},
      {"remote-settings+http://example.org/v1", SourceType::kRemoteSettings, true},
      {"manifest+https://example.org/revocation/", SourceType::kManifest, false},
      {"manifest+http://127.0.0.1:8080/x/", SourceType::kManifest, false},
      {"dir:/var/cache/upki", SourceType::kDirectory, false},
      {"dir:relative", SourceType::kDirectory, false},
      {"capsule:/media/usb/capsule", SourceType::kCapsule, true},
  };
  for (const auto& [spec, type, is_signed] : kCases) {
    const Result<SourceConfig> source = ParseSourceSpec(spec);
    ASSERT_TRUE(source.ok()) << source.error().message;
    EXPECT_EQ(SourceSpec(*source), spec);
    EXPECT_EQ(source->type, type) << spec;
    EXPECT_EQ(source->require_signature, is_signed) << spec;
    EXPECT_EQ(source->channel, "default");
    EXPECT_TRUE(source->roots.empty());
  }
}

TEST(SourceSpec, AUrlAloneIsToldWhatItLacks) {
  for (const char* spec : {"http://127.0.0.1/x/", "https://example.org/revocation/"}) {
    EXPECT_EQ(ErrorOf(spec), "--source " + std::string(spec) +
                                 ": a URL without the kind of source in front, wanted one of "
                                 "remote-settings+https://HOST/v1, manifest+https://HOST/FOLDER/, "
                                 "dir:PATH, capsule:FILE");
  }
}

TEST(SourceSpec, RefusesEverythingElse) {
  EXPECT_EQ(ErrorOf("dir:"), "--source dir:: no path, wanted dir:PATH");
  EXPECT_EQ(ErrorOf("capsule:"), "--source capsule:: no path, wanted capsule:FILE");
  EXPECT_EQ(ErrorOf("/x").find("--source /x: no such kind of source, wanted one of "), 0u);
  for (const char* spec : {"", "https://x/", "manifest+", "manifest+ftp://x/", "DIR:/x",
                           "manifest+http://example.org/", "remote-settings+ftp://x/v1"}) {
    ErrorOf(spec);
  }
}

TEST(Source, IsTrustedByItsRootsElseByMozillas) {
  SourceConfig config;
  config.channel = "compat";
  ASSERT_EQ(TrustOf(config).roots.size(), 1u);
  EXPECT_EQ(ToHex(TrustOf(config).roots[0].bytes),
            "c8a80e9afaef4e219b6fb5d7a71d0f101223bac5001ac28f9b0d43dc59a106db");
  EXPECT_EQ(TrustOf(config).channel, "compat");
  config.roots = {Sha256Digest{}};
  ASSERT_EQ(TrustOf(config).roots.size(), 1u);
  EXPECT_EQ(ToHex(TrustOf(config).roots[0].bytes), std::string(64, '0'));
}

TEST(Source, ConfiguredPlainHttpIsForSignedSourcesAlone) {
  Fetcher fetcher({}, {}, nullptr);
  SourceConfig config;
  config.location = "http://example.org/";
  for (SourceType type : {SourceType::kManifest, SourceType::kRemoteSettings}) {
    config.type = type;
    EXPECT_TRUE(OpenSource(config, &fetcher).ok());
  }
  config.type = SourceType::kManifest;
  config.require_signature = false;
  const Result<std::unique_ptr<Source>> source = OpenSource(config, &fetcher);
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(ExitCodeOf(source.error().code), 78);
}

}  // namespace
}  // namespace crlite
