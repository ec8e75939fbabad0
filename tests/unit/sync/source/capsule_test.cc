#include "sync/source/capsule.h"

#include <sys/stat.h>

#include <fstream>

#include "cascade/base/file.h"
#include "tests/unit/sync/source/signed_data.h"

namespace crlite {
namespace {

constexpr char kMagic[] = "crlite capsule 1";

// From docs/formats.md, "Capsule".
std::string Blob(const std::string& content) {
  std::string blob;
  for (size_t i = 0; i < 8; ++i) blob += static_cast<char>(uint64_t{content.size()} >> (8 * i));
  return blob + content;
}

class CapsuleTest : public SourceTest {
 protected:
  CapsuleTest() {
    config_.type = SourceType::kCapsule;
    config_.location = path_;
    config_.roots = {Signer().root().Hash()};
    offer_.files = data_.files;
    offer_.proof = {data_.Changeset(Signer(), "https://x/"), Signer().Chain()};
    for (size_t i = 0; i < data_.files.size(); ++i) {
      EXPECT_TRUE(origin_store_.PutInForce(data_.files[i], View(data_.contents[i])).ok());
    }
    EXPECT_TRUE(WriteCapsule(offer_, origin_store_, path_).ok());
  }

  void Write(const std::string& content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }
  std::string Text() const {
    const auto content = *ReadFile(path_, 1 << 24);
    return std::string(content.begin(), content.end());
  }
  std::string OpenError() const {
    const Result<Capsule> capsule = Capsule::Open(path_);
    EXPECT_FALSE(capsule.ok());
    if (capsule.ok()) return "";
    EXPECT_EQ(capsule.error().message.find(path_ + ": "), 0u) << capsule.error().message;
    return capsule.error().message.substr(path_.size() + 2);
  }

  const TemporaryDirectory origin_;  // another machine
  const std::string path_ = origin_.path() + "/capsule";
  FilterStore origin_store_{StatePaths(origin_.path())};
  const SignedData data_{3};
  SourceConfig config_;
  Offer offer_;
};

TEST_F(CapsuleTest, HasTheProofThenTheFiltersByteForByte) {
  std::string wanted = kMagic + Blob(offer_.proof->changeset) + Blob(offer_.proof->chain);
  for (const std::string& content : data_.contents) wanted += Blob(content);
  EXPECT_EQ(Text(), wanted);
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0644u);
}

TEST_F(CapsuleTest, GivesTheProofAndTheFiltersBack) {
  const Result<Capsule> capsule = Capsule::Open(path_);
  ASSERT_TRUE(capsule.ok()) << capsule.error().message;
  EXPECT_EQ(capsule->proof().changeset, offer_.proof->changeset);
  EXPECT_EQ(capsule->proof().chain, offer_.proof->chain);
  for (size_t i = 0; i < data_.files.size(); ++i) {
    const auto content = capsule->Read(data_.files[i]);
    ASSERT_TRUE(content.ok());
    EXPECT_EQ(std::string(content->begin(), content->end()), data_.contents[i]);
  }
  const OfferedFile chain = DescribeFile("chain", View(offer_.proof->chain));
  EXPECT_EQ(capsule->Read(chain).error().message,
            path_ + ": chain: not in it with the hash that was signed");
}

TEST_F(CapsuleTest, IsNotWrittenWhenAFilterIsMissing) {
  const std::string before = Text();
  offer_.files.push_back(DescribeFile("missing", View("x")));
  EXPECT_FALSE(WriteCapsule(offer_, origin_store_, path_).ok());
  EXPECT_EQ(Text(), before);
  for (const auto& entry : std::filesystem::directory_iterator(origin_.path())) {
    EXPECT_EQ(entry.path().filename().string().find("crlite-tmp"), std::string::npos) << "debris";
  }
}

TEST_F(CapsuleTest, EveryShorterFileIsRefusedOrLacksWholeFilters) {
  const std::string whole = Text();
  const size_t proof_size =
      16 + 8 + offer_.proof->changeset.size() + 8 + offer_.proof->chain.size();
  std::vector<size_t> ends = {proof_size};
  for (const std::string& content : data_.contents)
    ends.push_back(ends.back() + 8 + content.size());
  std::vector<size_t> sizes = ends;
  for (size_t end : ends) {
    for (size_t size = end - 10; size < std::min(end + 10, whole.size()); ++size) {
      sizes.push_back(size);
    }
  }
  for (size_t size = 0; size < 40; ++size) sizes.push_back(size);
  for (size_t size : sizes) {
    Write(whole.substr(0, size));
    const bool at_an_end = std::find(ends.begin(), ends.end(), size) != ends.end();
    EXPECT_EQ(Capsule::Open(path_).ok(), at_an_end) << size;
  }
  Write(whole.substr(0, ends[2]));
  EXPECT_EQ(OfferOf(config_).files.size(), 3u);
  EXPECT_FALSE(Bring(config_, offer_, {0, 1, 2}).ok());
  ExpectHas(data_, {0, 1});
}

TEST_F(CapsuleTest, FramesThatAreWrongAreNamed) {
  const std::string proof = kMagic + Blob("a") + Blob("b");
  Write("");
  EXPECT_EQ(OpenError(), "not a capsule");
  Write("crlite capsule 2");
  EXPECT_EQ(OpenError(), "not a capsule of version 1");
  Write(kMagic + Blob("a"));
  EXPECT_EQ(OpenError(), "no proof in it");
  Write(proof + "1234567");
  EXPECT_EQ(OpenError(), "blob 2: its length is cut off");
  Write(proof + Blob("12345").substr(0, 12));
  EXPECT_EQ(OpenError(), "blob 2: 5 bytes, 4 are left");
  Write(proof + std::string(8, '\xff') + "x");
  EXPECT_EQ(OpenError(), "blob 2: 18446744073709551615 bytes, 1 are left");
  Write(kMagic + Blob("a") + Blob(std::string(kMaxChainSize + 1, 'x')));
  EXPECT_EQ(OpenError(), "blob 1: 65537 bytes, at most 65536 are accepted");
  Write(kMagic + Blob(std::string(kMaxChangesetSize + 1, 'x')) + Blob("b"));
  EXPECT_EQ(OpenError(), "blob 0: 4194305 bytes, at most 4194304 are accepted");
  std::string many = proof;
  for (size_t i = 0; i < kMaxOfferedFiles; ++i) many += Blob("");
  Write(many);
  EXPECT_TRUE(Capsule::Open(path_).ok());
  Write(many + Blob(""));
  EXPECT_EQ(OpenError(), "more than the 511 filters that are accepted");
}

TEST_F(CapsuleTest, SumOfTheFiltersIsBounded) {
  const std::string proof = kMagic + Blob("a") + Blob("b");
  Write(proof);
  std::string length = Blob("").substr(0, 8);
  length[3] = 4;  // 64 MiB
  uint64_t end = proof.size();
  for (int i = 0; i < 4; ++i) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(end)) << length;
    file.close();
    end += 8 + kMaxFilterFileSize;
    std::filesystem::resize_file(path_, end);  // a hole: takes no space
  }
  EXPECT_TRUE(Capsule::Open(path_).ok());
  std::ofstream(path_, std::ios::binary | std::ios::app) << Blob("x");
  EXPECT_EQ(OpenError(), "filters of more than the 268435456 bytes together that are accepted");
}

TEST_F(CapsuleTest, OnlyARegularFileIsRead) {
  std::filesystem::remove(path_);
  EXPECT_EQ(OpenError(), "cannot open: No such file or directory");
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(OpenError(), "not a regular file");
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(OpenError(), "not a regular file");
}

TEST_F(CapsuleTest, AsASourceItIsSigned) {
  const Offer offer = OfferOf(config_);
  ExpectSigned(offer, data_);
  EXPECT_EQ(offer.source, "capsule:" + path_);
  ASSERT_TRUE(Bring(config_, offer, {0, 1, 2}).ok());
  ExpectHas(data_, {0, 1, 2});
}

TEST_F(CapsuleTest, ChangedBytesAreRefused) {
  const std::string whole = Text();
  const size_t record = whole.find("record-0"), filter = whole.size() - 1;
  std::string changed = whole;
  changed[record] ^= 1;
  Write(changed);
  EXPECT_EQ(ErrorOf(config_).find(path_ + ": "), 0u);
  config_.roots = {OtherSigner().root().Hash()};
  Write(whole);
  EXPECT_EQ(ErrorOf(config_).find(path_ + ": "), 0u);
  config_.roots = {Signer().root().Hash()};
  changed = whole;
  changed[filter] ^= 1;
  Write(changed);
  const Status brought = Bring(config_, OfferOf(config_), {0, 1, 2});
  ASSERT_FALSE(brought.ok());
  EXPECT_EQ(brought.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(brought.error().message, path_ + ": 2.filter: not in it with the hash that was signed");
  ExpectHas(data_, {0, 1});
}

}  // namespace
}  // namespace crlite
