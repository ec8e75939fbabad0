#include "sync/source/directory_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/sync/source/signed_data.h"

namespace crlite {
namespace {

void WriteText(const std::string& path, const std::string& text, time_t time) {
  std::ofstream(path) << text;
  const timespec times[2] = {{time, 0}, {time, 500'000'000}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

class DirectorySourceTest : public SourceTest {
 protected:
  static SourceConfig Unsigned(const std::string& path) {
    SourceConfig config;
    config.type = SourceType::kDirectory;
    config.location = path;
    config.require_signature = false;
    return config;
  }

  TemporaryDirectory folder_;
  const std::string path_ = folder_.path();
};

// A copy of what crlite-mirror publishes.
class SignedDirectoryTest : public DirectorySourceTest {
 protected:
  SignedDirectoryTest() {
    config_ = Unsigned(path_);
    config_.require_signature = true;
    config_.roots = {Signer().root().Hash(), OtherSigner().root().Hash()};
    std::filesystem::create_directory(path_ + "/chains");
    Write("changeset.json", data_.Changeset(Signer(), kX5u));
    Write(ChainName(kX5u), Signer().Chain());
    for (size_t i = 0; i < data_.files.size(); ++i) Write(data_.files[i].name, data_.contents[i]);
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(path_ + "/" + name) << text;
  }

  static constexpr char kX5u[] = "https://signer.example/one.chain";
  const SignedData data_{3};
  SourceConfig config_;
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
  const Offer offer = OfferOf(Unsigned(path_));
  std::vector<std::string> names;
  for (const OfferedFile& file : offer.files) names.push_back(file.name);
  EXPECT_EQ(names, (std::vector<std::string>{"2-filter", "3.filter", "9.filter.v4", "0.delta",
                                             "1.filter.delta"}));
  EXPECT_EQ(offer.data_time_ms, 2000500u);
  EXPECT_EQ(offer.source, "dir:" + path_);
  EXPECT_FALSE(offer.proof.has_value());
  ASSERT_TRUE(Bring(Unsigned(path_), offer, {1}).ok());
  const Result<std::vector<uint8_t>> content = store_.Read(offer.files[1]);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(std::string(content->begin(), content->end()), "newest");
  EXPECT_FALSE(store_.Read(offer.files[0]).ok()) << "was not asked for";
}

TEST_F(DirectorySourceTest, FileThatChangedSinceTheOfferIsRefused) {
  WriteText(path_ + "/x.filter", "before", 1000);
  const Offer offer = OfferOf(Unsigned(path_));
  WriteText(path_ + "/x.filter", "behind", 1000);
  const Status brought = Bring(Unsigned(path_), offer, {0});
  ASSERT_FALSE(brought.ok());
  EXPECT_EQ(brought.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(brought.error().message.find(path_ + ": x.filter: SHA-256 is "), 0u);
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
    const Offer offer = OfferOf(Unsigned(folder));
    ASSERT_EQ(offer.files.size(), 1u);
    EXPECT_EQ(offer.files[0].name, "b");
    EXPECT_EQ(offer.data_time_ms, 5000u);
    EXPECT_TRUE(Bring(Unsigned(folder), offer, {0}).ok());
  }
}

TEST_F(DirectorySourceTest, FailuresOfTheFolderLetAnotherSourceTry) {
  const auto error = [&](const std::string& path) { return ErrorOf(Unsigned(path)); };
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
  EXPECT_LE(OfferOf(Unsigned(path_)).data_time_ms, static_cast<uint64_t>(time(nullptr) + 1) * 1000);
  for (const char* name : {"a.filter", "b.filter", "c.filter", "d.filter", "e.filter"}) {
    WriteText(path_ + "/" + name, "", 1000);
    std::filesystem::resize_file(path_ + "/" + name, 64 << 20);
  }
  EXPECT_EQ(error(path_), path_ + ": more than the 268435456 bytes together that are accepted");
  WriteText(path_ + "/manifest.json", "[]", 1000);
  EXPECT_EQ(error(path_), path_ + "/manifest.json: wanted a JSON object");
}

TEST_F(SignedDirectoryTest, ChangesetMakesItSigned) {
  const Offer offer = OfferOf(config_);
  ExpectSigned(offer, data_);
  EXPECT_EQ(offer.proof->chain, Signer().Chain());
  ASSERT_TRUE(Bring(config_, offer, {0, 1, 2}).ok());
  ExpectHas(data_, {0, 1, 2});
}

TEST_F(SignedDirectoryTest, HeldChainServesWhereTheOneOfTheFolderIsGone) {
  const Offer offer = OfferOf(config_);
  std::filesystem::remove_all(path_ + "/chains");
  ExpectSigned(OfferOf(config_, &offer), data_);
  EXPECT_EQ(ErrorOf(config_),
            path_ + "/" + ChainName(kX5u) + ": cannot open: No such file or directory");
}

TEST_F(SignedDirectoryTest, WrongProofIsAnErrorEvenWhereNoneIsRequired) {
  config_.require_signature = false;
  for (const std::string& wrong : {data_.Changeset(OtherSigner(), kX5u), std::string("{}")}) {
    Write("changeset.json", wrong);
    EXPECT_EQ(ErrorOf(config_).find(path_ + "/changeset.json: "), 0u);
  }
}

TEST_F(SignedDirectoryTest, UnsignedFolderIsRefusedUnlessAllowedByName) {
  std::filesystem::remove(path_ + "/changeset.json");
  EXPECT_EQ(ErrorOf(config_),
            "dir:" + path_ +
                ": not signed, and signatures are required; to trust it anyway add the line "
                "\"require-signature: false\" to this source");
  config_.require_signature = false;
  EXPECT_FALSE(OfferOf(config_).proof.has_value());
  config_.require_signature = true;
  config_.location = path_ + "/none";
  EXPECT_NE(ErrorOf(config_).find("/none: cannot list: No such file"), std::string::npos);
}

}  // namespace
}  // namespace crlite
