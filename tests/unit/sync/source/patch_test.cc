#include "sync/source/patch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "cascade/base/file.h"
#include "tests/support/vectors.h"

namespace crlite {
namespace {

using Content = std::vector<uint8_t>;

Content Noise(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  Content noise(size);
  for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random());
  return noise;
}

std::string ErrorOf(Bytes dictionary, Bytes patch, uint64_t size) {
  const Result<Content> content = ApplyPatch(dictionary, patch, size);
  EXPECT_FALSE(content.ok());
  if (content.ok()) return "";
  EXPECT_EQ(content.error().code, ErrorCode::kMalformed);
  return content.error().message;
}

// Half of it stands in the dictionary, the other half is new.
class PatchTest : public testing::Test {
 protected:
  PatchTest() {
    const Content fresh = Noise(5000, 2);
    content_.assign(dictionary_.begin() + 1000, dictionary_.begin() + 6000);
    content_.insert(content_.end(), fresh.begin(), fresh.end());
    patch_ = *MakePatch(dictionary_, content_);
  }
  const Content dictionary_ = Noise(20000, 1);
  Content content_, patch_;
};

TEST_F(PatchTest, GivesTheContentBackAndLeavesOutWhatTheDictionaryHas) {
  EXPECT_EQ(*ApplyPatch(dictionary_, patch_, content_.size()), content_);
  EXPECT_LT(patch_.size(), 5100u);
  EXPECT_EQ(*MakePatch(dictionary_, content_), patch_) << "not the same every time";
}

TEST_F(PatchTest, EmptyContentAndEmptyDictionaryArePatchesToo) {
  const Content nothing;
  EXPECT_EQ(*ApplyPatch(dictionary_, *MakePatch(dictionary_, nothing), 0), nothing);
  EXPECT_EQ(*ApplyPatch(nothing, *MakePatch(nothing, content_), content_.size()), content_);
  EXPECT_EQ(*ApplyPatch(nothing, *MakePatch(nothing, nothing), 0), nothing);
}

TEST_F(PatchTest, FindsTheDictionaryFromFarAway) {
  const Content dictionary = Noise(1000, 3);
  Content content(9 << 20);  // beyond the window that zstd would choose
  content.insert(content.end(), dictionary.begin(), dictionary.end());
  const Content patch = *MakePatch(dictionary, content);
  EXPECT_LT(patch.size(), 1000u);
  EXPECT_EQ(*ApplyPatch(dictionary, patch, content.size()), content);
}

TEST_F(PatchTest, AnotherSizeThanPromisedIsRefused) {
  EXPECT_EQ(ErrorOf(dictionary_, patch_, content_.size() + 1),
            "patch: promises 10000 bytes, wanted 10001 bytes");
  EXPECT_EQ(ErrorOf(dictionary_, patch_, content_.size() - 1),
            "patch: promises 10000 bytes, wanted 9999 bytes");
  EXPECT_EQ(ErrorOf(dictionary_, patch_, kMaxFilterFileSize + 1),
            "patch: for 67108865 bytes, at most 67108864 are accepted");
}

TEST_F(PatchTest, BytesBehindTheFrameAreRefused) {
  Content longer = patch_;
  longer.push_back(0);
  EXPECT_EQ(ErrorOf(dictionary_, longer, content_.size()),
            "patch: 1 bytes behind the zstd frame, wanted none");
  longer = patch_;
  longer.insert(longer.end(), patch_.begin(), patch_.end());
  EXPECT_NE(ErrorOf(dictionary_, longer, content_.size()).find("behind the zstd frame"),
            std::string::npos);
}

TEST_F(PatchTest, EveryShorterPatchIsRefused) {
  for (size_t size = 0; size < patch_.size(); size += 1 + size / 20) {
    ErrorOf(dictionary_, Bytes(patch_).first(size), content_.size());
  }
}

TEST_F(PatchTest, OtherFramesOfZstdAreRefused) {
  const Content skippable = {0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};
  EXPECT_EQ(ErrorOf(dictionary_, skippable, 0), "patch: not a zstd frame");
  // A frame that does not say how large it is: no single segment, a window, one empty block.
  const Content unsized = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x01, 0x00, 0x00};
  EXPECT_EQ(ErrorOf(dictionary_, unsized, 0), "patch: promises no size, wanted 0 bytes");
}

TEST_F(PatchTest, ChangedBytesNeverGiveMoreThanWasAskedFor) {
  for (size_t i = 0; i < patch_.size(); ++i) {
    Content changed = patch_;
    changed[i] ^= static_cast<uint8_t>(1 + i % 255);
    const Result<Content> content = ApplyPatch(dictionary_, changed, content_.size());
    EXPECT_TRUE(!content.ok() || content->size() == content_.size());
  }
}

TEST_F(PatchTest, AnotherDictionaryDoesNotGiveTheContent) {
  const Result<Content> content = ApplyPatch(Noise(20000, 9), patch_, content_.size());
  EXPECT_TRUE(!content.ok() || *content != content_);
  const Result<Content> without = ApplyPatch({}, patch_, content_.size());
  EXPECT_TRUE(!without.ok() || *without != content_);
}

// gzip reaches 108,733, 99,123 and 90,549 bytes.
TEST(Patch, HalvesDeltasOfRealSize) {
  CRLITE_NEEDS_VECTOR("full-scale/revocation");
  const struct {
    const char *from, *to;
    size_t max_size;
  } kCases[] = {{"20261001-0-default.filter", "20261002-0-default.filter.delta", 74'000},
                {"20261015-1-default.filter.delta", "20261016-0-default.filter.delta", 64'000},
                {"20261030-1-default.filter.delta", "20261101-0-default.filter.delta", 56'000}};
  for (const auto& [from, to, max_size] : kCases) {
    const Content dictionary =
        *ReadFile(VectorPath("full-scale/revocation/") + from, kMaxFilterFileSize);
    const Content content =
        *ReadFile(VectorPath("full-scale/revocation/") + to, kMaxFilterFileSize);
    const Content patch = *MakePatch(dictionary, content);
    EXPECT_LE(patch.size(), max_size) << to;
    EXPECT_EQ(*ApplyPatch(dictionary, patch, content.size()), content) << to;
  }
}

}  // namespace
}  // namespace crlite
