#include "sync/source/manifest_source.h"

#include "sync/source/patch.h"
#include "tests/unit/sync/source/signed_data.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr char kX5u[] = "https://signer.example/one.chain";

class ManifestSourceTest : public SourceTest {
 protected:
  ManifestSourceTest() {
    config_.type = SourceType::kManifest;
    config_.location = site_.url() + "/m";
    config_.roots = {Signer().root().Hash(), OtherSigner().root().Hash()};
    Publish(Signer(), kX5u);
  }

  // As crlite-mirror does.
  void Publish(const ContentSigner& signer, const std::string& x5u) {
    site_.Put("/m/changeset.json", data_.Changeset(signer, x5u));
    site_.Put("/m/" + ChainName(x5u), signer.Chain());
    json files = json::array();
    for (size_t i = 0; i < data_.files.size(); ++i) {
      files.push_back(FileToJson(data_.files[i]));
      site_.Put("/m/" + data_.files[i].name, data_.contents[i]);
      if (i > 0) site_.Put(PatchPath(i), Patch(i));
    }
    site_.Put("/m/manifest.json",
              json{{"generated_at", data_.timestamp_ms / 1000}, {"files", files}}.dump());
  }
  void Unsign() {
    site_.Remove("/m/changeset.json");
    config_.require_signature = false;
  }
  std::string PatchPath(size_t i) const {
    return "/m/" + PatchName(data_.files[i - 1], data_.files[i]);
  }
  std::string Patch(size_t i) const {
    const auto patch = *MakePatch(View(data_.contents[i - 1]), View(data_.contents[i]));
    return std::string(patch.begin(), patch.end());
  }

  Site site_;
  SignedData data_{3};
  SourceConfig config_;
};

TEST_F(ManifestSourceTest, SignedFolderNeedsNoManifest) {
  site_.Remove("/m/manifest.json");
  const Offer offer = OfferOf(config_);
  ExpectSigned(offer, data_);
  EXPECT_EQ(offer.source, "manifest+" + site_.url() + "/m");
  EXPECT_EQ(offer.proof->changeset, site_.At("/m/changeset.json"));
  EXPECT_EQ(offer.proof->chain, Signer().Chain());
  EXPECT_EQ(site_.TakeLog(), (Log{"/m/" + ChainName(kX5u), "/m/changeset.json"}));
}

TEST_F(ManifestSourceTest, NothingNewIsOneRequest) {
  const Offer offer = OfferOf(config_);
  site_.TakeLog();
  const Offer again = OfferOf(config_, &offer);
  ExpectSigned(again, data_);
  EXPECT_EQ(again.proof->changeset, offer.proof->changeset);
  EXPECT_EQ(again.validator.etag, offer.validator.etag);
  EXPECT_EQ(site_.TakeLog(), Log{"/m/changeset.json 304"});
}

TEST_F(ManifestSourceTest, HeldChainServesAsLongAsItVerifies) {
  const Offer offer = OfferOf(config_);
  data_.Add();
  Publish(Signer(), kX5u);
  site_.TakeLog();
  const Offer newer = OfferOf(config_, &offer);
  ExpectSigned(newer, data_);
  EXPECT_EQ(site_.TakeLog(), Log{"/m/changeset.json"});
  Publish(OtherSigner(), "chains/two");
  ExpectSigned(OfferOf(config_, &newer), data_);
  EXPECT_EQ(site_.TakeLog(), (Log{"/m/" + ChainName("chains/two"), "/m/changeset.json"}));
}

TEST_F(ManifestSourceTest, ProofThatHoldsNoMoreIsNotKept) {
  const Offer offer = OfferOf(config_);
  site_.TakeLog();
  config_.roots = {OtherSigner().root().Hash()};
  EXPECT_EQ(ErrorOf(config_, &offer).find(config_.location + "/changeset.json: "), 0u);
  EXPECT_EQ(site_.TakeLog(), (Log{"/m/" + ChainName(kX5u), "/m/changeset.json"}))
      << "no 304 may save a proof that does not verify";
}

TEST_F(ManifestSourceTest, WrongProofIsAnErrorEvenWhereNoneIsRequired) {
  config_.require_signature = false;
  std::string changeset = data_.Changeset(Signer(), kX5u);
  changeset.replace(changeset.find("0.filter"), 8, "1.filter");
  for (const std::string& wrong : {changeset, std::string("{}"), std::string()}) {
    site_.Put("/m/changeset.json", wrong);
    EXPECT_EQ(ErrorOf(config_).find(config_.location + "/changeset.json: "), 0u);
  }
  Publish(Signer(), kX5u);
  site_.Put("/m/" + ChainName(kX5u), OtherSigner().Chain());
  EXPECT_EQ(ErrorOf(config_).find(config_.location + "/changeset.json: "), 0u);
  site_.Remove("/m/" + ChainName(kX5u));
  EXPECT_EQ(ErrorOf(config_), config_.location + "/" + ChainName(kX5u) + ": not found");
}

TEST_F(ManifestSourceTest, UnsignedFolderIsRefusedUnlessAllowedByName) {
  Unsign();
  config_.require_signature = true;
  EXPECT_EQ(ErrorOf(config_),
            "manifest+" + config_.location +
                ": not signed, and signatures are required; to trust it anyway add the line "
                "\"require-signature: false\" to this source");
  config_.require_signature = false;
  const Offer offer = OfferOf(config_);
  EXPECT_FALSE(offer.proof.has_value());
  EXPECT_EQ(offer.files.size(), 3u);
  EXPECT_EQ(offer.data_time_ms, data_.timestamp_ms / 1000 * 1000);
}

TEST_F(ManifestSourceTest, UnsignedManifestIsAskedForConditionallyToo) {
  Unsign();
  const Offer offer = OfferOf(config_);
  site_.TakeLog();
  EXPECT_TRUE(SameFiles(OfferOf(config_, &offer), offer));
  EXPECT_EQ(site_.TakeLog(), (Log{"/m/changeset.json 404", "/m/manifest.json 304"}));
}

TEST_F(ManifestSourceTest, SignatureThatDisappearsDoesNotLeaveTheProofBehind) {
  const Offer offer = OfferOf(config_);
  Unsign();
  EXPECT_FALSE(OfferOf(config_, &offer).proof.has_value());
}

TEST_F(ManifestSourceTest, BringsTheFullFilterAndPatches) {
  const Offer offer = OfferOf(config_);
  site_.TakeLog();
  ASSERT_TRUE(Bring(config_, offer, {0, 1, 2}).ok());
  ExpectHas(data_, {0, 1, 2});
  Log wanted = {"/m/0.filter", PatchPath(1), PatchPath(2)};
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(site_.TakeLog(), wanted);
  EXPECT_LT(Patch(1).size(), data_.contents[1].size() / 10);
  for (const auto& entry : std::filesystem::directory_iterator(paths_.incoming)) {
    EXPECT_EQ(entry.path().extension(), "") << "debris";
  }
}

TEST_F(ManifestSourceTest, BringsOneDeltaByItsPatch) {
  const Offer offer = OfferOf(config_);
  ASSERT_TRUE(store_.PutInForce(data_.files[1], View(data_.contents[1])).ok());
  site_.TakeLog();
  ASSERT_TRUE(Bring(config_, offer, {2}).ok());
  ExpectHas(data_, {1, 2});
  EXPECT_EQ(site_.TakeLog(), Log{PatchPath(2)});
}

TEST_F(ManifestSourceTest, FileComesWholeWhereItsPatchIsMissing) {
  const Offer offer = OfferOf(config_);
  site_.Remove(PatchPath(1));
  site_.TakeLog();
  ASSERT_TRUE(Bring(config_, offer, {0, 1, 2}).ok());
  ExpectHas(data_, {0, 1, 2});
  Log wanted = {"/m/0.filter", "/m/1.filter", PatchPath(1) + " 404", PatchPath(2)};
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(site_.TakeLog(), wanted);
}

TEST_F(ManifestSourceTest, FileComesWholeWhereItsPatchIsWrong) {
  const Offer offer = OfferOf(config_);
  const std::string other = Patch(2);
  const std::string wrong_hash = [&] {
    std::string content = data_.contents[1];
    content.back() ^= 1;
    const auto patch = *MakePatch(View(data_.contents[0]), View(content));
    return std::string(patch.begin(), patch.end());
  }();
  size_t round = 0;
  for (const std::string& wrong : {std::string("no zstd"), std::string(), other, wrong_hash}) {
    std::filesystem::remove_all(paths_.incoming);
    ASSERT_TRUE(MakeDirectory(paths_.incoming).ok());
    site_.Put(PatchPath(1), wrong);
    ASSERT_TRUE(Bring(config_, offer, {0, 1, 2}).ok()) << round;
    ExpectHas(data_, {0, 1, 2});
    ++round;
  }
}

TEST_F(ManifestSourceTest, WhatArrivedStaysWhenAnotherFileFails) {
  const Offer offer = OfferOf(config_);
  site_.Put("/m/0.filter", "something else");
  for (const auto& missing : {std::vector<size_t>{0, 1}, {0, 1, 2}}) {
    const Status brought = Bring(config_, offer, missing);
    ASSERT_FALSE(brought.ok());
    EXPECT_EQ(brought.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(brought.error().message.find(config_.location + "/0.filter: "), 0u)
        << brought.error().message;
    ExpectHas(data_, missing.size() == 2 ? std::vector<size_t>{1} : std::vector<size_t>{1, 2});
  }
}

TEST_F(ManifestSourceTest, UnsignedFolderIsNotAskedForPatches) {
  Unsign();
  const Offer offer = OfferOf(config_);
  site_.TakeLog();
  ASSERT_TRUE(Bring(config_, offer, {0, 1, 2}).ok());
  ExpectHas(data_, {0, 1, 2});
  EXPECT_EQ(site_.TakeLog(), (Log{"/m/0.filter", "/m/1.filter", "/m/2.filter"}));
}

TEST_F(ManifestSourceTest, WrongManifestsAreErrors) {
  Unsign();
  site_.Put("/m/manifest.json", "[]");
  EXPECT_EQ(ErrorOf(config_), config_.location + "/manifest.json: wanted a JSON object");
  site_.Remove("/m/manifest.json");
  EXPECT_EQ(ErrorOf(config_), config_.location +
                                  "/manifest.json: not found; name the folder that has "
                                  "manifest.json in it");
}

}  // namespace
}  // namespace crlite
