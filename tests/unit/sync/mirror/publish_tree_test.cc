#include "sync/mirror/publish_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "sync/offer/manifest.h"
#include "sync/offer/mirror_layout.h"
#include "sync/source/patch.h"
#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kNow = 1'800'000'000'123;
constexpr uint64_t kDay = 86'400'000;
constexpr char kUrl[] = "https://signer.test/one.chain";
constexpr char kOtherUrl[] = "chains/two.chain";

Bytes View(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string RandomText(uint32_t seed, size_t size) {
  std::mt19937_64 random(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

class PublishTreeTest : public testing::Test {
 protected:
  PublishTreeTest() {
    options_.folder = directory_.path() + "/tree";
    fs::create_directories(options_.folder);
    options_.record = directory_.path() + "/superseded.json";
    options_.comment = "a comment";
  }

  void Add(const std::string& name, const std::string& content) {
    OfferedFile file{name, content.size(), Sha256::Hash(View(content))};
    EXPECT_TRUE(store_.PutInForce(file, View(content)).ok());
    offer_.files.push_back(std::move(file));
  }
  // Three files: the second has most of its bytes in common with the first, the third none.
  void AddChain() {
    Add("1.filter", common_ + "full");
    Add("2.filter.delta", "delta" + common_);
    Add("3.filter.delta", RandomText(3, 3000));
  }
  void Sign(uint64_t timestamp_ms, const std::vector<std::string>& urls, const std::string& chain) {
    nlohmann::json signatures = nlohmann::json::array();
    for (const std::string& url : urls) {
      signatures.push_back(
          {{"mode", "p384ecdsa"}, {"signature", std::string(128, 'A')}, {"x5u", url}});
    }
    const nlohmann::json changeset = {{"timestamp", timestamp_ms},
                                      {"changes", nlohmann::json::array()},
                                      {"metadata", {{"signatures", signatures}}}};
    offer_.proof = Proof{changeset.dump(), chain};
    offer_.data_time_ms = timestamp_ms;
  }
  TreeChange Publish(uint64_t now_ms = kNow) {
    const Result<TreeChange> change = PublishTree(offer_, store_, options_, now_ms);
    EXPECT_TRUE(change.ok()) << change.error().message;
    return change.ok() ? *change : TreeChange{};
  }
  std::string PathOf(const std::string& name) const { return options_.folder + "/" + name; }
  std::string Read(const std::string& name) const {
    std::ifstream stream(PathOf(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  bool IsThere(const std::string& name) const { return fs::exists(PathOf(name)); }
  std::map<std::string, fs::file_time_type> Times() const {
    std::map<std::string, fs::file_time_type> times;
    for (const auto& entry : fs::recursive_directory_iterator(options_.folder)) {
      if (entry.is_regular_file()) times[entry.path().string()] = entry.last_write_time();
    }
    return times;
  }
  // Every name that the two lists of the tree give is there, with the right bytes.
  void ExpectWhole() const {
    const Result<Offer> manifest = ParseManifest(Read(kManifestName), kNow);
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    for (const OfferedFile& file : manifest->files) {
      EXPECT_TRUE(CheckContent(file, View(Read(file.name))).ok()) << file.name;
    }
  }

  TemporaryDirectory directory_;
  FilterStore store_{StatePaths(directory_.path())};
  TreeOptions options_;
  Offer offer_;
  const std::string common_ = RandomText(1, 4000);
};

TEST_F(PublishTreeTest, HasTheFilesTheProofAndTheManifest) {
  AddChain();
  Sign(kNow, {kUrl}, "the chain");
  const TreeChange change = Publish();
  EXPECT_EQ(change.files, 3u);
  EXPECT_EQ(change.removed, 0u);
  EXPECT_TRUE(change.is_new);
  EXPECT_EQ(Read("1.filter"), common_ + "full");
  EXPECT_EQ(Read("2.filter.delta"), "delta" + common_);
  EXPECT_EQ(Read("3.filter.delta"), RandomText(3, 3000));
  EXPECT_EQ(Read(kChangesetName), offer_.proof->changeset);
  EXPECT_EQ(Read(ChainName(kUrl)), "the chain");
  ExpectWhole();
}

TEST_F(PublishTreeTest, TheManifestIsAsUpkiWritesIt) {
  Add("1.filter", "abc");
  Sign(kNow, {kUrl}, "the chain");
  Publish();
  EXPECT_EQ(Read(kManifestName),
            R"({"comment":"a comment","files":[{"filename":"1.filter","hash":)"
            R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":3}],)"
            R"("generated_at":1800000000})");
}

TEST_F(PublishTreeTest, APatchMakesAFileFromTheOneBefore) {
  AddChain();
  Sign(kNow, {kUrl}, "the chain");
  EXPECT_EQ(Publish().patches, 1u);
  const std::string patch = Read(PatchName(offer_.files[0], offer_.files[1]));
  EXPECT_LT(patch.size(), 200u);
  const std::string before = common_ + "full";
  const Result<std::vector<uint8_t>> made =
      ApplyPatch(View(before), View(patch), offer_.files[1].size);
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(CheckContent(offer_.files[1], *made).ok());
}

TEST_F(PublishTreeTest, APatchThatSavesNothingIsNotThere) {
  AddChain();
  Sign(kNow, {kUrl}, "the chain");
  Publish();
  EXPECT_FALSE(IsThere(PatchName(offer_.files[1], offer_.files[2])));
}

TEST_F(PublishTreeTest, TheChainIsThereForEverySignature) {
  Add("1.filter", "abc");
  Sign(kNow, {kUrl, kOtherUrl}, "the chain");
  Publish();
  EXPECT_EQ(Read(ChainName(kUrl)), "the chain");
  EXPECT_EQ(Read(ChainName(kOtherUrl)), "the chain");
}

TEST_F(PublishTreeTest, AllCanReadEverything) {
  AddChain();
  Sign(kNow, {kUrl}, "the chain");
  const mode_t old_mask = umask(0077);
  Publish();
  umask(old_mask);
  for (const auto& entry : fs::recursive_directory_iterator(options_.folder)) {
    struct stat status;
    ASSERT_EQ(stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, entry.is_directory() ? 0755u : 0644u) << entry.path();
  }
}

TEST_F(PublishTreeTest, NothingNewTouchesNothing) {
  AddChain();
  Sign(kNow, {kUrl}, "the chain");
  Publish();
  for (const auto& [path, time] : Times()) {
    fs::last_write_time(path, time - std::chrono::hours(1));
  }
  const auto before = Times();
  const TreeChange change = Publish(kNow + kDay);
  EXPECT_EQ(change.files + change.patches + change.removed, 0u);
  EXPECT_FALSE(change.is_new);
  EXPECT_EQ(Times(), before);
  EXPECT_EQ(Publish(kNow + 30 * kDay).removed, 0u);
  EXPECT_EQ(Times(), before);
}

TEST_F(PublishTreeTest, DamageIsMended) {
  AddChain();
  Sign(kNow, {kUrl}, "the chain");
  Publish();
  const std::string patch = PatchName(offer_.files[0], offer_.files[1]);
  std::map<std::string, std::string> whole;
  for (const std::string& name :
       {std::string("1.filter"), std::string("3.filter.delta"), std::string(kManifestName),
        std::string(kChangesetName), ChainName(kUrl), patch}) {
    whole[name] = Read(name);
  }
  for (const auto& [name, content] : whole) {
    SCOPED_TRACE(name);
    std::ofstream(PathOf(name), std::ios::app) << "more";
    Publish();
    EXPECT_EQ(Read(name), content);
    std::fstream(PathOf(name), std::ios::in | std::ios::out).write("\1\2\3\4", 4);
    Publish();
    EXPECT_EQ(Read(name), content);
    fs::permissions(PathOf(name), fs::perms::owner_read | fs::perms::owner_write);
    Publish();
    EXPECT_NE(fs::status(PathOf(name)).permissions() & fs::perms::others_read, fs::perms::none);
    fs::remove(PathOf(name));
    fs::create_symlink("/dev/null", PathOf(name));
    Publish();
    EXPECT_EQ(Read(name), content);
    EXPECT_FALSE(fs::is_symlink(PathOf(name)));
  }
}

TEST_F(PublishTreeTest, ANewStateKeepsTheOldOnesFilesForAWhile) {
  AddChain();
  Sign(kNow, {kUrl}, "the chain");
  Publish();
  const std::string patch = PatchName(offer_.files[0], offer_.files[1]);
  offer_.files.clear();
  Add("9.filter", "new");
  Sign(kNow + 1000, {kOtherUrl}, "another chain");
  const TreeChange change = Publish(kNow + kDay);
  EXPECT_EQ(change.files, 1u);
  EXPECT_TRUE(change.is_new);
  Publish(kNow + 8 * kDay - 1);
  EXPECT_TRUE(IsThere("1.filter"));
  EXPECT_TRUE(IsThere("3.filter.delta"));
  EXPECT_TRUE(IsThere(patch));
  EXPECT_EQ(Read(ChainName(kUrl)), "the chain");
  EXPECT_EQ(Publish(kNow + 8 * kDay).removed, 5u);
  EXPECT_FALSE(IsThere("1.filter"));
  EXPECT_FALSE(IsThere("3.filter.delta"));
  EXPECT_FALSE(IsThere(patch));
  EXPECT_FALSE(IsThere(ChainName(kUrl)));
  EXPECT_TRUE(IsThere("9.filter"));
  EXPECT_EQ(Read(ChainName(kOtherUrl)), "another chain");
  ExpectWhole();
}

TEST_F(PublishTreeTest, AFailureLeavesTheListsAndTheirFiles) {
  AddChain();
  Sign(kNow, {kUrl}, "the chain");
  Publish();
  const std::string manifest = Read(kManifestName), changeset = Read(kChangesetName);
  Add("4.filter.delta", "present");
  offer_.files.push_back({"5.filter.delta", 7, Sha256::Hash(View("missing"))});
  Sign(kNow + 1000, {kOtherUrl}, "another chain");
  options_.keep = std::chrono::seconds(0);
  const Result<TreeChange> change = PublishTree(offer_, store_, options_, kNow);
  ASSERT_FALSE(change.ok());
  EXPECT_NE(change.error().message.find("5.filter.delta"), std::string::npos);
  EXPECT_EQ(Read(kManifestName), manifest);
  EXPECT_EQ(Read(kChangesetName), changeset);
  EXPECT_EQ(Read(ChainName(kUrl)), "the chain");
  ExpectWhole();
}

TEST_F(PublishTreeTest, AFolderInTheWayIsAnError) {
  Add("1.filter", "abc");
  Sign(kNow, {kUrl}, "the chain");
  fs::create_directories(PathOf("1.filter"));
  const Result<TreeChange> change = PublishTree(offer_, store_, options_, kNow);
  ASSERT_FALSE(change.ok());
  EXPECT_EQ(change.error().code, ErrorCode::kIo);
  EXPECT_FALSE(IsThere(kManifestName));
}

TEST_F(PublishTreeTest, RefusesWhatIsNotSigned) {
  Add("1.filter", "abc");
  EXPECT_FALSE(PublishTree(offer_, store_, options_, kNow).ok());
  EXPECT_FALSE(IsThere("1.filter"));
}

TEST_F(PublishTreeTest, RefusesNamesThatMeanSomethingElse) {
  Sign(kNow, {kUrl}, "the chain");
  for (const char* name : {".htaccess", "manifest.json", "changeset.json", "chains", "patches",
                           "1.filter.crlite-tmp-AbCdEf"}) {
    offer_.files.clear();
    Add("1.filter", "abc");
    Add(name, "def");
    const Result<TreeChange> change = PublishTree(offer_, store_, options_, kNow);
    ASSERT_FALSE(change.ok()) << name;
    EXPECT_EQ(change.error().code, ErrorCode::kMalformed);
    EXPECT_FALSE(IsThere("1.filter"));
  }
}

}  // namespace
}  // namespace crlite
