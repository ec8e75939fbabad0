#include "sync/upki/upki_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "cascade/base/file.h"
#include "sync/upki/upki_index.h"
#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

class UpkiCacheTest : public testing::Test {
 protected:
  UpkiCacheTest() { umask(0022); }

  void Add(const std::string& name, const std::string& text) {
    const std::vector<uint8_t> content(text.begin(), text.end());
    filters_.push_back({DescribeFile(name, content), content, {}});
    offer_.files.push_back(filters_.back().file);
  }
  void Clear() {
    filters_.clear();
    offer_.files.clear();
  }
  Result<CacheChange> Write() { return WriteUpkiCache(folder_, offer_, filters_, "a comment"); }
  CacheChange WriteWell() {
    const Result<CacheChange> change = Write();
    EXPECT_TRUE(change.ok()) << change.error().message;
    return change.ok() ? *change : CacheChange{};
  }
  std::string ErrorOfWrite(ErrorCode code = ErrorCode::kIo) {
    const Result<CacheChange> change = Write();
    EXPECT_FALSE(change.ok());
    if (change.ok()) return "";
    EXPECT_EQ(change.error().code, code);
    return change.error().message;
  }
  std::string PathOf(const std::string& name) const { return folder_ + "/revocation/" + name; }
  std::string Read(const std::string& name) const {
    std::ifstream stream(PathOf(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void Put(const std::string& name) const { std::ofstream(PathOf(name)) << "theirs"; }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ + "/revocation")) {
      names.insert(entry.path().filename().string());
    }
    names.erase(".crlite-sync.lock");
    return names;
  }

  TemporaryDirectory directory_;
  std::string folder_ = directory_.path() + "/upki";
  Offer offer_{"dir:/x", 1'800'000'000'123, {}, {}, {}};
  std::vector<CachedFilter> filters_;
};

using Set = std::set<std::string>;

TEST_F(UpkiCacheTest, HasTheFiltersTheIndexAndTheManifestForEverybodyToRead) {
  Add("1-filter", "one");
  Add("2.filter.delta", "two");
  EXPECT_EQ(WriteWell().written, 2u);
  EXPECT_EQ(Names(), (Set{"1-filter", "2.filter.delta", "index.bin", "manifest.json"}));
  EXPECT_EQ(Read("1-filter"), "one");
  const std::vector<uint8_t> index = MakeUpkiIndex({{"1-filter", {}}, {"2.filter.delta", {}}});
  EXPECT_EQ(Read("index.bin"), std::string(index.begin(), index.end()));
  EXPECT_NE(Read("manifest.json").find(R"("generated_at":1800000000)"), std::string::npos);
  for (const std::string& name : Names()) {
    EXPECT_EQ(fs::status(PathOf(name)).permissions(), fs::perms(0644)) << name;
  }
  EXPECT_EQ(fs::status(folder_ + "/revocation").permissions(), fs::perms(0755));
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms(0755));
}

TEST_F(UpkiCacheTest, IsLeftAloneWhereNothingIsNew) {
  Add("1.filter", "one");
  WriteWell();
  const auto time = fs::last_write_time(PathOf("index.bin"));
  const CacheChange again = WriteWell();
  EXPECT_EQ(again.written + again.removed, 0u);
  EXPECT_EQ(fs::last_write_time(PathOf("index.bin")), time);
}

TEST_F(UpkiCacheTest, MendsADamagedFilter) {
  Add("1.filter", "one");
  WriteWell();
  std::ofstream(PathOf("1.filter")) << "two";
  EXPECT_EQ(WriteWell().written, 1u);
  EXPECT_EQ(Read("1.filter"), "one");
}

// A client that has read the index before still finds what it names.
TEST_F(UpkiCacheTest, KeepsWhatTheManifestBeforeNamesForOneMoreTime) {
  Add("1.filter", "one");
  WriteWell();
  Clear();
  Add("2.filter", "two");
  EXPECT_EQ(WriteWell().removed, 0u);
  EXPECT_EQ(Names(), (Set{"1.filter", "2.filter", "index.bin", "manifest.json"}));
  EXPECT_EQ(WriteWell().removed, 1u);
  EXPECT_EQ(Names(), (Set{"2.filter", "index.bin", "manifest.json"}));
}

// A run that died between the two has left an index that the manifest knows nothing of.
TEST_F(UpkiCacheTest, KeepsWhatTheIndexBeforeNamesForOneMoreTime) {
  Add("1.filter", "one");
  WriteWell();
  Put("2.filter");
  const std::vector<uint8_t> index = MakeUpkiIndex({{"2.filter", {}}});
  std::ofstream(PathOf("index.bin"))
      .write(reinterpret_cast<const char*>(index.data()),
             static_cast<std::streamsize>(index.size()));
  Clear();
  Add("3.filter", "three");
  EXPECT_EQ(WriteWell().removed, 0u);
  EXPECT_EQ(WriteWell().removed, 2u);
  EXPECT_EQ(Names(), (Set{"3.filter", "index.bin", "manifest.json"}));
}

TEST_F(UpkiCacheTest, DeletesFiltersAndItsOwnDebrisAlone) {
  Add("1.filter", "one");
  WriteWell();
  for (const char* name : {"stale.filter", "stale.delta", "stale-filter", "notes.txt", "filter",
                           "index.bin.crlite-tmp-abcdef", "x.filter.crlite-tmp-abcdef",
                           "notes.txt.crlite-tmp-abcdef", ".hidden.filter"}) {
    Put(name);
  }
  EXPECT_EQ(WriteWell().removed, 3u);
  EXPECT_EQ(Names(), (Set{"1.filter", "index.bin", "manifest.json", "notes.txt", "filter",
                          "notes.txt.crlite-tmp-abcdef", ".hidden.filter"}));
}

TEST_F(UpkiCacheTest, WritesNothingIfANameIsTaken) {
  for (const char* name :
       {"manifest.json", "index.bin", ".1.filter", "1.filter.crlite-tmp-abcdef"}) {
    Clear();
    Add("0.filter", "zero");
    Add(name, "one");
    EXPECT_NE(ErrorOfWrite(ErrorCode::kMalformed).find(name), std::string::npos);
    EXPECT_FALSE(fs::exists(folder_)) << name;
  }
}

TEST_F(UpkiCacheTest, FollowsNoLinkInsideTheFolder) {
  Add("1.filter", "one");
  const std::string elsewhere = directory_.path() + "/elsewhere";
  fs::create_directory(elsewhere);
  fs::create_directory(folder_);
  fs::create_directory_symlink(elsewhere, folder_ + "/revocation");
  EXPECT_NE(ErrorOfWrite().find("revocation: not a directory"), std::string::npos);
  EXPECT_TRUE(fs::is_empty(elsewhere));

  fs::remove(folder_ + "/revocation");
  fs::create_directory(folder_ + "/revocation");
  std::ofstream(elsewhere + "/target") << "one";
  fs::create_symlink(elsewhere + "/target", PathOf("1.filter"));
  WriteWell();
  EXPECT_FALSE(fs::is_symlink(PathOf("1.filter")));
}

TEST_F(UpkiCacheTest, RefusesAFolderWhereOthersCanWrite) {
  Add("1.filter", "one");
  WriteWell();
  for (const std::string& path : {folder_, folder_ + "/revocation"}) {
    for (const fs::perms mode : {fs::perms(0775), fs::perms(0757), fs::perms(01777)}) {
      fs::permissions(path, mode);
      EXPECT_NE(ErrorOfWrite().find("others can write there; chmod go-w " + path),
                std::string::npos);
    }
    fs::permissions(path, fs::perms(0755));
  }
  WriteWell();
}

TEST_F(UpkiCacheTest, RefusesAnotherUsersFolder) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  Add("1.filter", "one");
  WriteWell();
  for (const std::string& path : {folder_ + "/revocation", folder_}) {
    ASSERT_EQ(chown(path.c_str(), 64000, 0), 0);
    EXPECT_NE(ErrorOfWrite().find(path + ": belongs to user 64000"), std::string::npos);
    ASSERT_EQ(chown(path.c_str(), 0, 0), 0);
  }
}

// Who owns a file can change it later, whoever owns its folder.
TEST_F(UpkiCacheTest, ReplacesAnotherUsersFiles) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  Add("1.filter", "one");
  WriteWell();
  for (const char* name : {"1.filter", "index.bin", "manifest.json"}) {
    ASSERT_EQ(chown(PathOf(name).c_str(), 64000, 0), 0);
    WriteWell();
    struct stat status;
    ASSERT_EQ(stat(PathOf(name).c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 0u) << name;
  }
}

TEST_F(UpkiCacheTest, SaysWhichFolderCannotBeMade) {
  Add("1.filter", "one");
  folder_ = directory_.path() + "/missing/upki";
  EXPECT_NE(ErrorOfWrite().find(folder_ + ": cannot create the directory"), std::string::npos);
}

}  // namespace
}  // namespace crlite
