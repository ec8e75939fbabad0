#include "sync/source/source.h"

#include <gtest/gtest.h>

namespace crlite {
namespace {

std::string ErrorOf(const std::string& spec) {
  const Result<SourceConfig> source = ParseSourceSpec(spec);
  EXPECT_FALSE(source.ok()) << spec;
  if (source.ok()) return "";
  EXPECT_EQ(ExitCodeOf(source.error().code), 64);
  return source.error().message;
}

TEST(SourceSpec, ManifestAndDirectoryGoBothWays) {
  for (const char* spec : {"manifest+https://example.org/revocation/", "dir:/var/cache/upki",
                           "dir:relative", "manifest+http://127.0.0.1:8080/x/"}) {
    const Result<SourceConfig> source = ParseSourceSpec(spec);
    ASSERT_TRUE(source.ok()) << source.error().message;
    EXPECT_EQ(SourceSpec(*source), spec);
    EXPECT_FALSE(source->require_signature);
  }
  EXPECT_EQ(ParseSourceSpec("dir:/x")->type, SourceType::kDirectory);
  EXPECT_EQ(ParseSourceSpec("manifest+https://x/")->type, SourceType::kManifest);
}

TEST(SourceSpec, WhatThisVersionLacksIsSaidClearly) {
  for (const char* spec : {"remote-settings+https://x/v1", "capsule:/x"}) {
    EXPECT_NE(ErrorOf(spec).find("not supported by this version"), std::string::npos);
  }
}

TEST(SourceSpec, AUrlAloneIsToldWhatItLacks) {
  for (const char* spec : {"http://127.0.0.1/x/", "https://example.org/revocation/"}) {
    EXPECT_NE(ErrorOf(spec).find("write manifest+https://host/folder/"), std::string::npos);
  }
}

TEST(SourceSpec, RefusesEverythingElse) {
  EXPECT_EQ(ErrorOf("dir:"), "--source dir:: no path, wanted dir:PATH");
  for (const char* spec : {"", "/x", "https://x/", "manifest+", "manifest+ftp://x/", "DIR:/x"}) {
    ErrorOf(spec);
  }
}

TEST(Source, UnsignedSourceIsRefusedWithTheLineToAdd) {
  Fetcher fetcher({}, {});
  SourceConfig config{SourceType::kDirectory, "/x", /*require_signature=*/true};
  const Result<std::unique_ptr<Source>> source = OpenSource(config, &fetcher);
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(source.error().message,
            "dir:/x: not signed, and signatures are required; to trust it anyway add the line "
            "\"require-signature: false\" to this source");
  config.require_signature = false;
  EXPECT_TRUE(OpenSource(config, &fetcher).ok());
}

TEST(Source, ConfiguredPlainHttpIsRefused) {
  Fetcher fetcher({}, {});
  const SourceConfig config{SourceType::kManifest, "http://example.org/", false};
  const Result<std::unique_ptr<Source>> source = OpenSource(config, &fetcher);
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(ExitCodeOf(source.error().code), 78);
}

}  // namespace
}  // namespace crlite
