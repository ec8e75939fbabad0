#include "sync/store/filter_store.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "sync/store/offer_file.h"
#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

class FilterStoreTest : public testing::Test {
 protected:
  static OfferedFile Describe(const std::string& content) {
    return {"x.filter", content.size(), Sha256::Hash(View(content))};
  }
  static Bytes View(const std::string& text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
  }
  static std::set<std::string> Names(const std::string& folder) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  static void Touch(const std::string& path) { std::ofstream(path) << "debris"; }

  TemporaryDirectory directory_;
  const StatePaths paths_{directory_.path()};
  FilterStore store_{paths_};
  const std::string content_ = "content";
  const OfferedFile file_ = Describe(content_);
};

TEST_F(FilterStoreTest, EmptyDirectoryHasNoLists) {
  ASSERT_TRUE(store_.ReadIncoming().ok());
  EXPECT_FALSE(store_.ReadIncoming()->has_value());
  EXPECT_FALSE(store_.ReadCurrent()->has_value());
}

TEST_F(FilterStoreTest, ListsComeBack) {
  Offer offer;
  offer.source = "dir:/x";
  offer.files = {file_};
  ASSERT_TRUE(store_.WriteIncoming(offer).ok());
  ASSERT_TRUE(store_.ReadIncoming()->has_value());
  EXPECT_TRUE(SameFiles(**store_.ReadIncoming(), offer));
  EXPECT_FALSE(store_.ReadCurrent()->has_value());
  ASSERT_TRUE(store_.WriteCurrent(offer).ok());
  EXPECT_TRUE(store_.ReadCurrent()->has_value());
}

TEST_F(FilterStoreTest, UnreadableListIsAnErrorNotAnAbsence) {
  Offer offer;
  offer.files = {file_};
  ASSERT_TRUE(store_.WriteCurrent(offer).ok());
  Touch(paths_.filters + "/current.json");
  const Result<std::optional<Offer>> current = store_.ReadCurrent();
  ASSERT_FALSE(current.ok());
  EXPECT_EQ(current.error().message, paths_.filters + "/current.json: not valid JSON");
}

TEST_F(FilterStoreTest, WrongBytesInForceGiveWayToRightOnesFetched) {
  ASSERT_TRUE(store_.PutInForce(file_, View(content_)).ok());
  EXPECT_TRUE(store_.IsInForce(file_));
  Touch(paths_.filters + "/" + file_.HashText());
  EXPECT_FALSE(store_.IsInForce(file_));
  const Result<std::vector<uint8_t>> wrong = store_.Read(file_);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().message, paths_.filters +
                                       ": x.filter: 6 bytes, wanted 7; run crlite-sync to fetch it "
                                       "again");
  ASSERT_TRUE(store_.PutIncoming(file_, View(content_)).ok());
  EXPECT_TRUE(store_.Read(file_).ok());
  EXPECT_FALSE(store_.IsInForce(file_));
}

TEST_F(FilterStoreTest, WrongHashIsFound) {
  ASSERT_TRUE(store_.PutIncoming(file_, View("CONTENT")).ok());
  const Result<std::vector<uint8_t>> wrong = store_.Read(file_);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, ErrorCode::kMalformed);
  EXPECT_EQ(wrong.error().message, paths_.incoming +
                                       ": x.filter: other bytes than were offered; run crlite-sync "
                                       "to fetch it again");
}

TEST_F(FilterStoreTest, FollowsNoLink) {
  ASSERT_TRUE(store_.PutIncoming(file_, View(content_)).ok());
  const std::string path = paths_.incoming + "/" + file_.HashText();
  std::filesystem::rename(path, directory_.path() + "/elsewhere");
  std::filesystem::create_symlink(directory_.path() + "/elsewhere", path);
  EXPECT_FALSE(store_.Read(file_).ok());
  std::filesystem::create_symlink("/nonexistent", paths_.incoming + "/offer.json");
  EXPECT_FALSE(store_.ReadIncoming().ok()) << "a dangling link is no absence";
}

TEST_F(FilterStoreTest, PruneKeepsListsLockAndWantedFilesAlone) {
  const OfferedFile other = Describe("other");
  Offer offer;
  offer.files = {file_};
  for (const OfferedFile& file : {file_, other}) {
    ASSERT_TRUE(store_.PutIncoming(file, View(content_)).ok());
    ASSERT_TRUE(store_.PutInForce(file, View(content_)).ok());
  }
  ASSERT_TRUE(store_.WriteIncoming(offer).ok());
  ASSERT_TRUE(store_.WriteCurrent(offer).ok());
  Touch(paths_.incoming + "/lock");
  Touch(paths_.incoming + "/" + file_.HashText() + ".crlite-tmp-AbCdEf");
  Touch(paths_.filters + "/current.json.crlite-tmp-AbCdEf");
  store_.PruneIncoming({&offer});
  store_.PruneInForce(offer);
  EXPECT_EQ(Names(paths_.incoming),
            (std::set<std::string>{"lock", "offer.json", file_.HashText()}));
  EXPECT_EQ(Names(paths_.filters), (std::set<std::string>{"current.json", file_.HashText()}));
}

TEST_F(FilterStoreTest, PruneLeavesForeignFilesAlone) {
  ASSERT_TRUE(MakeDirectory(paths_.incoming).ok());
  ASSERT_TRUE(MakeDirectory(paths_.filters).ok());
  const std::string hash = file_.HashText();
  const std::set<std::string> foreign = {"photo.jpg",
                                         "2-filter",
                                         "photo.crlite-tmp-AbCdEf",
                                         "current.json.orig",
                                         hash + "0",
                                         hash.substr(1),
                                         hash + ".crlite-tmp-AbCdE",
                                         hash + ".crlite-tmp-AbCdEfG",
                                         hash + ".AbCdEf",
                                         hash + "-crlite-tmp-AbCdEf",
                                         "A" + hash.substr(1),
                                         ".crlite-tmp-AbCdEf",
                                         "current.json.backup",
                                         "lock"};
  for (const std::string& folder : {paths_.incoming, paths_.filters}) {
    for (const std::string& name : foreign) Touch(folder + "/" + name);
    for (const std::string& name :
         {hash, hash + ".crlite-tmp-AbCdEf", std::string("current.json.crlite-tmp-0123Zz"),
          std::string("offer.json.crlite-tmp-zzzzzz")}) {
      Touch(folder + "/" + name);
    }
  }
  store_.PruneIncoming({});
  store_.PruneInForce(Offer{});
  EXPECT_EQ(Names(paths_.incoming), foreign);
  EXPECT_EQ(Names(paths_.filters), foreign);
}

TEST_F(FilterStoreTest, PruneStateDeletesTemporaryFilesAlone) {
  for (const char* name :
       {"snapshot", "generation", "provisioned", "lock", "snapshot.v1", "snapshot.new",
        "snapshot.new.crlite-tmp-AbCdEf", "generation.crlite-tmp-AbCdEf",
        "provisioned.crlite-tmp-AbCdEf", "notes.crlite-tmp-AbCdEf"}) {
    Touch(directory_.path() + "/" + name);
  }
  store_.PruneState();
  EXPECT_EQ(Names(directory_.path()),
            (std::set<std::string>{"snapshot", "generation", "provisioned", "lock", "snapshot.v1",
                                   "notes.crlite-tmp-AbCdEf"}));
}

TEST_F(FilterStoreTest, KeepsTheProofBesideItsListByteForByte) {
  Offer offer;
  offer.source = "dir:/x";
  offer.files = {file_};
  offer.proof = Proof{"{ \"changeset\" : 1 }\n", "-----BEGIN"};
  ASSERT_TRUE(MakeDirectory(paths_.directory).ok());
  ASSERT_TRUE(store_.WriteCurrent(offer).ok());
  store_.PruneInForce(offer);
  const Result<std::optional<Offer>> again = store_.ReadCurrent();
  ASSERT_TRUE(again.ok() && again->has_value()) << again.error().message;
  ASSERT_TRUE((*again)->proof.has_value());
  EXPECT_EQ((*again)->proof->changeset, offer.proof->changeset);
  EXPECT_EQ((*again)->proof->chain, offer.proof->chain);
  offer.proof.reset();
  ASSERT_TRUE(store_.WriteCurrent(offer).ok());
  store_.PruneInForce(offer);
  EXPECT_EQ(Names(paths_.filters), (std::set<std::string>{"current.json"}));
}

TEST_F(FilterStoreTest, ListWhoseProofWasChangedIsRefused) {
  Offer offer;
  offer.source = "dir:/x";
  offer.files = {file_};
  offer.proof = Proof{"{}", "chain"};
  ASSERT_TRUE(MakeDirectory(paths_.directory).ok());
  ASSERT_TRUE(store_.WriteIncoming(offer).ok());
  std::ofstream(paths_.incoming + "/" + DescribeProof(*offer.proof).chain.HashText()) << "other";
  const Result<std::optional<Offer>> again = store_.ReadIncoming();
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("chain: other bytes than were offered"), std::string::npos)
      << again.error().message;
}

TEST_F(FilterStoreTest, TakesAPartOnlyWhenItIsWhole) {
  ASSERT_TRUE(MakeDirectory(paths_.directory).ok());
  ASSERT_TRUE(MakeDirectory(paths_.incoming).ok());
  std::ofstream(store_.PartPath(file_)) << "conten";
  const Status cut = store_.AcceptPart(file_);
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().code, ErrorCode::kMalformed);
  EXPECT_TRUE(Names(paths_.incoming).empty());
  std::ofstream(store_.PartPath(file_)) << content_;
  ASSERT_TRUE(store_.AcceptPart(file_).ok());
  EXPECT_EQ(Names(paths_.incoming), (std::set<std::string>{file_.HashText()}));
  EXPECT_TRUE(store_.Read(file_).ok());
}

TEST_F(FilterStoreTest, PruneKeepsThePartsOfWhatIsWanted) {
  ASSERT_TRUE(MakeDirectory(paths_.directory).ok());
  ASSERT_TRUE(MakeDirectory(paths_.incoming).ok());
  const OfferedFile other = Describe("other");
  Offer offer;
  offer.files = {file_};
  for (const OfferedFile& file : {file_, other}) {
    Touch(store_.PartPath(file));
    Touch(store_.PatchPath(file));
  }
  store_.PruneIncoming({&offer});
  EXPECT_EQ(Names(paths_.incoming), (std::set<std::string>{file_.HashText() + ".part"}));
}

TEST_F(FilterStoreTest, DropsFromIncomingWhatIsInForceAlone) {
  const std::string other_content = "other";
  const OfferedFile other = Describe(other_content);
  ASSERT_TRUE(MakeDirectory(paths_.directory).ok());
  ASSERT_TRUE(store_.PutIncoming(file_, View(content_)).ok());
  ASSERT_TRUE(store_.PutIncoming(other, View(other_content)).ok());
  ASSERT_TRUE(store_.PutInForce(file_, View(content_)).ok());
  Offer offer;
  offer.files = {file_, other};
  store_.DropPublished(offer);
  EXPECT_EQ(Names(paths_.incoming), (std::set<std::string>{other.HashText()}));
  EXPECT_TRUE(store_.Read(file_).ok());
}

}  // namespace
}  // namespace crlite
