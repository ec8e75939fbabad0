#include "sync/source/directory_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

void WriteText(const std::string& path, const std::string& text, time_t time) {
  std::ofstream(path) << text;
  const timespec times[2] = {{time, 0}, {time, 500'000'000}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

DirectorySource Open(const std::string& path) {
  return DirectorySource({SourceType::kDirectory, path, false});
}

class DirectorySourceTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  const std::string path_ = directory_.path();
};

TEST_F(DirectorySourceTest, PlainFiltersComeByNameWithDeltasLast) {
  for (const char* name : {"2-filter", "1.filter.delta", "0.delta", "3.filter", "9.filter.v4"}) {
    WriteText(path_ + "/" + name, name, 1000);
  }
  WriteText(path_ + "/3.filter", "newest", 2000);
  for (const char* name : {"README", ".hidden.filter", "x.filters", "filter"}) {
    WriteText(path_ + "/" + name, name, 9000);
  }
  ASSERT_EQ(mkdir((path_ + "/folder.filter").c_str(), 0700), 0);
  DirectorySource source = Open(path_);
  const Result<Offer> offer = source.GetOffer();
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  std::vector<std::string> names;
  for (const OfferedFile& file : offer->files) names.push_back(file.name);
  EXPECT_EQ(names, (std::vector<std::string>{"2-filter", "3.filter", "9.filter.v4", "0.delta",
                                             "1.filter.delta"}));
  EXPECT_EQ(offer->data_time_ms, 2000500u);
  EXPECT_EQ(offer->source, "dir:" + path_);
  const Result<std::vector<uint8_t>> content = source.Read(offer->files[1]);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(std::string(content->begin(), content->end()), "newest");
}

TEST_F(DirectorySourceTest, FileThatChangedSinceTheOfferIsRefused) {
  WriteText(path_ + "/x.filter", "before", 1000);
  DirectorySource source = Open(path_);
  const Result<Offer> offer = source.GetOffer();
  ASSERT_TRUE(offer.ok());
  WriteText(path_ + "/x.filter", "behind", 1000);
  const Result<std::vector<uint8_t>> content = source.Read(offer->files[0]);
  ASSERT_FALSE(content.ok());
  EXPECT_EQ(content.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(content.error().message.find(path_ + ": x.filter: SHA-256 is "), 0u);
}

TEST_F(DirectorySourceTest, ManifestDecidesWhereThereIsOne) {
  ASSERT_EQ(mkdir((path_ + "/revocation").c_str(), 0700), 0);
  WriteText(path_ + "/revocation/b", "b", 1000);
  WriteText(path_ + "/revocation/unlisted.filter", "c", 1000);
  const Sha256Digest hash = Sha256::Hash(Bytes(reinterpret_cast<const uint8_t*>("b"), 1));
  const OfferedFile listed{"b", 1, hash};
  WriteText(path_ + "/revocation/manifest.json",
            R"({"generated_at":5,"files":[{"filename":"b","size":1,"hash":")" + listed.HashText() +
                R"("}]})",
            1000);
  for (const std::string& folder : {path_, path_ + "/revocation"}) {
    DirectorySource source = Open(folder);
    const Result<Offer> offer = source.GetOffer();
    ASSERT_TRUE(offer.ok()) << offer.error().message;
    ASSERT_EQ(offer->files.size(), 1u);
    EXPECT_EQ(offer->files[0].name, "b");
    EXPECT_EQ(offer->data_time_ms, 5000u);
    EXPECT_TRUE(source.Read(offer->files[0]).ok());
  }
}

TEST_F(DirectorySourceTest, FailuresOfTheFolderLetAnotherSourceTry) {
  const auto error = [&](const std::string& path) {
    const Result<Offer> offer = Open(path).GetOffer();
    EXPECT_FALSE(offer.ok());
    if (offer.ok()) return std::string();
    EXPECT_EQ(offer.error().code, ErrorCode::kUnavailable);
    return offer.error().message;
  };
  EXPECT_EQ(
      error(path_ + "/none"),
      path_ +
          "/none: cannot list: No such file or directory; name a folder that this user can read");
  EXPECT_EQ(error(path_), path_ +
                              ": neither a manifest.json nor a filter (*.filter, *.delta, "
                              "*.filter.*, *-filter) in it");
  WriteText(path_ + "/x y.filter", "x", 1000);
  EXPECT_EQ(error(path_).find(path_ + "/x y.filter: name too long or with other characters"), 0u);
  std::filesystem::remove(path_ + "/x y.filter");
  WriteText(path_ + "/x.filter", "x", time(nullptr) + 3 * 86400);
  EXPECT_NE(error(path_).find("in the future"), std::string::npos);
  WriteText(path_ + "/x.filter", "x", time(nullptr) + 3600);
  EXPECT_LE(Open(path_).GetOffer()->data_time_ms, static_cast<uint64_t>(time(nullptr) + 1) * 1000);
  for (const char* name : {"a.filter", "b.filter", "c.filter", "d.filter", "e.filter"}) {
    WriteText(path_ + "/" + name, "", 1000);
    std::filesystem::resize_file(path_ + "/" + name, 64 << 20);
  }
  EXPECT_EQ(error(path_), path_ + ": more than the 268435456 bytes together that are accepted");
  WriteText(path_ + "/manifest.json", "[]", 1000);
  EXPECT_EQ(error(path_), path_ + "/manifest.json: wanted a JSON object");
}

}  // namespace
}  // namespace crlite
