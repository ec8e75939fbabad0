// Bloom cascades against the answers of Mozilla's implementation (see the vectors' README files).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/filter/bloom_cascade.h"
#include "tests/support/vectors.h"
#include "tests/vectors/query_file.h"

namespace crlite {
namespace {

std::unique_ptr<BloomCascade> ReadCascade(const std::string& name) {
  const auto content = ReadFile(VectorPath("mlbf/" + name), kMaxFilterFileSize);
  EXPECT_TRUE(content.ok());
  auto cascade = ReadBloomCascade(*content);
  EXPECT_TRUE(cascade.ok()) << cascade.error().message;
  return std::move(cascade).value();
}

bool ContainsText(const BloomCascade& cascade, std::string_view text) {
  return cascade.Contains({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

TEST(BloomCascades, Version2FilesHoldThisAndThatAndNotOther) {
  CRLITE_NEEDS_VECTOR("mlbf");
  for (const char* name : {"murmur", "murmur_inverted", "sha256ctr_salt", "sha256l32",
                           "sha256l32_inverted", "sha256l32_salt"}) {
    SCOPED_TRACE(name);
    const auto cascade = ReadCascade(fmt::format("test_v2_{}_mlbf", name));
    EXPECT_TRUE(ContainsText(*cascade, "this"));
    EXPECT_TRUE(ContainsText(*cascade, "that"));
    EXPECT_FALSE(ContainsText(*cascade, "other"));
    EXPECT_EQ(cascade->inverted, std::string_view(name).ends_with("inverted"));
    const std::string_view salt(reinterpret_cast<const char*>(cascade->salt.data()),
                                cascade->salt.size());
    EXPECT_EQ(salt, std::string_view(name).ends_with("salt") ? "nacl" : "");
  }
}

TEST(BloomCascades, TheVersion1FileKnowsItsCertificates) {
  CRLITE_NEEDS_VECTOR("mlbf");
  const auto cascade = ReadCascade("test_v1_murmur_mlbf");
  const struct {
    const char *issuer, *serial;
    FilterStatus status;
  } kCases[] = {
      {"2eb2d5a860fe50e9c242368552980150e45db5321a5b005e26d676253a409bf5",
       "062df568a051310820d7ec4327e1bafd", FilterStatus::kRevoked},
      {"f11c3dd048f74edb7c45192b83e5980d2f67ec84b4ddb9396e33ff5173ed698f", "00d2e8f6aa80481cd4",
       FilterStatus::kRevoked},
      {"99fc9d40f1adb1636561a61d683d9ea6b460c57d0c75ea00c341b9dfb90b5f39",
       "0b7775f7af9ae54265c9cd325710778e", FilterStatus::kGood},
  };
  for (const auto& test : kCases) {
    StoredQuery query;
    ASSERT_TRUE(FromHexExactly(test.issuer, query.issuer.bytes));
    ASSERT_TRUE(FromHex(test.serial, &query.serial));
    EXPECT_EQ(cascade->Ask(query.AsQuery()), test.status) << test.serial;
  }
}

TEST(BloomCascades, ATruncatedFileIsRefused) {
  CRLITE_NEEDS_VECTOR("mlbf");
  const auto cascade = ReadFilterFile(VectorPath("mlbf/test_v1_murmur_short_mlbf"));
  ASSERT_FALSE(cascade.ok());
  EXPECT_NE(cascade.error().message.find(" at offset "), std::string::npos);
}

}  // namespace
}  // namespace crlite
