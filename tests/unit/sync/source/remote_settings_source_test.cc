#include "sync/source/remote_settings_source.h"

#include "tests/unit/sync/source/signed_data.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr char kPoll[] = "/v1/buckets/monitor/collections/changes/changeset";
constexpr char kList[] = "/v1/buckets/security-state/collections/cert-revocations/changeset";
constexpr char kInfo[] = "/v1/";

class RemoteSettingsSourceTest : public SourceTest {
 protected:
  RemoteSettingsSourceTest() {
    config_.type = SourceType::kRemoteSettings;
    config_.location = site_.url() + "/v1";
    config_.roots = {Signer().root().Hash(), OtherSigner().root().Hash()};
    PutInfo(site_.url() + "/files", site_.url() + "/x/");
    for (size_t i = 0; i < data_.files.size(); ++i) {
      site_.Put("/files/at/" + data_.files[i].name, data_.contents[i]);
    }
    Publish(Signer(), site_.url() + "/x/one");
  }

  void PutInfo(const std::string& attachments, const std::string& chains) {
    site_.Put(kInfo, json{{"capabilities",
                           {{"attachments", {{"base_url", attachments}}},
                            {"changes", {{"certs_chains_base_url", chains}}}}}}
                         .dump());
  }
  void PutPoll(uint64_t timestamp_ms) {
    site_.Put(kPoll,
              json{{"changes",
                    {{{"bucket", "security-state"}, {"collection", "onecrl"}, {"last_modified", 5}},
                     {{"bucket", "security-state"},
                      {"collection", "cert-revocations"},
                      {"last_modified", timestamp_ms}}}}}
                  .dump());
  }
  void Publish(const ContentSigner& signer, const std::string& x5u) {
    PutPoll(data_.timestamp_ms);
    site_.Put(kList, data_.Changeset(signer, x5u));
    site_.Put("/x/one", signer.Chain());
  }

  Site site_;
  SignedData data_{2};
  SourceConfig config_;
};

TEST_F(RemoteSettingsSourceTest, GivesWhatIsSigned) {
  const Offer offer = OfferOf(config_);
  ExpectSigned(offer, data_);
  EXPECT_EQ(offer.source, "remote-settings+" + site_.url() + "/v1");
  EXPECT_EQ(offer.proof->chain, Signer().Chain());
  EXPECT_EQ(site_.TakeLog(), (Log{kPoll, kList, "/x/one"}));
  config_.location += "/";
  ExpectSigned(OfferOf(config_), data_);
}

TEST_F(RemoteSettingsSourceTest, AsksForTheListThatThePollNamed) {
  site_.Remove(kList);
  EXPECT_EQ(ErrorOf(config_), site_.url() + kList + "?_expected=" +
                                  std::to_string(data_.timestamp_ms) + ": not found");
}

TEST_F(RemoteSettingsSourceTest, NothingNewIsOnePoll) {
  const Offer offer = OfferOf(config_);
  site_.TakeLog();
  const Offer same = OfferOf(config_, &offer);
  ExpectSigned(same, data_);
  EXPECT_EQ(site_.TakeLog(), Log{kPoll});
  EXPECT_EQ(site_.last_query(),
            "_expected=0&_since=%22" + std::to_string(data_.timestamp_ms) + "%22");
  ExpectSigned(OfferOf(config_, &same), data_);
  EXPECT_EQ(site_.TakeLog(), Log{std::string(kPoll) + " 304"});
  site_.Put(kPoll, R"({"changes":[]})");  // the server knows about _since
  ExpectSigned(OfferOf(config_, &same), data_);
  EXPECT_EQ(site_.TakeLog(), Log{kPoll});
}

TEST_F(RemoteSettingsSourceTest, NewListWithTheSameKeyIsTwoRequests) {
  const Offer offer = OfferOf(config_);
  data_.Add();
  Publish(Signer(), site_.url() + "/x/one");
  site_.TakeLog();
  ExpectSigned(OfferOf(config_, &offer), data_);
  EXPECT_EQ(site_.TakeLog(), (Log{kPoll, kList}));
}

TEST_F(RemoteSettingsSourceTest, TimeOfTheListIsTheSignedOneAlthoughItIsAhead) {
  data_.timestamp_ms = NowInMs() + 3'600'000;  // their clock is ahead
  Publish(Signer(), site_.url() + "/x/one");
  const Offer offer = OfferOf(config_);
  EXPECT_EQ(offer.data_time_ms, data_.timestamp_ms);
  site_.TakeLog();
  OfferOf(config_, &offer);
  EXPECT_EQ(site_.TakeLog(), Log{kPoll}) << "nothing has changed";
}

TEST_F(RemoteSettingsSourceTest, ProofThatHoldsNoMoreIsRenewed) {
  const Offer offer = OfferOf(config_);
  config_.roots = {OtherSigner().root().Hash()};
  Publish(OtherSigner(), site_.url() + "/x/one");  // of the same time
  site_.TakeLog();
  const Offer renewed = OfferOf(config_, &offer);
  ExpectSigned(renewed, data_);
  EXPECT_EQ(renewed.proof->chain, OtherSigner().Chain());
}

TEST_F(RemoteSettingsSourceTest, ListOlderThanThePollSaidIsAskedForAgain) {
  PutPoll(data_.timestamp_ms + 10);
  const Offer offer = OfferOf(config_);
  site_.TakeLog();
  const Offer same = OfferOf(config_, &offer);
  EXPECT_EQ(site_.TakeLog(), (Log{kPoll, kList}));
  OfferOf(config_, &same);
  EXPECT_EQ(site_.TakeLog(), (Log{kPoll, kList})) << "no 304 may settle it";
}

TEST_F(RemoteSettingsSourceTest, RelativeChainIsBelowTheServersBase) {
  Publish(Signer(), "one");
  ExpectSigned(OfferOf(config_), data_);
  EXPECT_EQ(site_.TakeLog(), (Log{kInfo, kPoll, kList, "/x/one"}));
  PutInfo(site_.url(), site_.url() + "/x");  // without the slash
  ExpectSigned(OfferOf(config_), data_);
  site_.Put(kInfo, "{}");
  EXPECT_EQ(ErrorOf(config_),
            site_.url() + "/v1/: capabilities.changes.certs_chains_base_url: missing");
}

TEST_F(RemoteSettingsSourceTest, UrlsElsewhereAreHttpsAlone) {
  const Site elsewhere;
  for (const std::string& x5u :
       {elsewhere.url() + "/x", std::string("http://127.0.0.1/x"), std::string("ftp://127.0.0.1/x"),
        std::string("file:///x"), site_.url() + "@127.0.0.1/x"}) {
    Publish(Signer(), x5u);
    EXPECT_NE(ErrorOf(config_).find("names a URL that "), std::string::npos) << x5u;
  }
  Publish(Signer(), site_.url() + "/x/one?query");
  EXPECT_NE(ErrorOf(config_).find("names a URL that cannot be used: "), std::string::npos);

  Publish(Signer(), site_.url() + "/x/one");
  const Offer offer = OfferOf(config_);
  PutInfo(elsewhere.url(), "");
  EXPECT_EQ(Bring(config_, offer, {0}).error().message,
            "remote-settings+" + config_.location +
                ": names a URL that is neither https nor on the server itself: " + elsewhere.url() +
                "/at/0.filter");
  PutInfo(site_.url() + "/\n", "");
  EXPECT_NE(Bring(config_, offer, {0}).error().message.find("printable ASCII"), std::string::npos);
}

TEST_F(RemoteSettingsSourceTest, BringsAttachmentsFromWhereTheListAndTheServerSay) {
  const Offer offer = OfferOf(config_);
  site_.TakeLog();
  ASSERT_TRUE(Bring(config_, offer, {}).ok());
  EXPECT_EQ(site_.TakeLog(), Log{}) << "the server's base URL is of no interest yet";
  ASSERT_TRUE(Bring(config_, offer, {0, 1}).ok());
  ExpectHas(data_, {0, 1});
  EXPECT_EQ(site_.TakeLog(), (Log{"/files/at/0.filter", "/files/at/1.filter", kInfo}));
}

TEST_F(RemoteSettingsSourceTest, WrongAttachmentIsRefused) {
  const Offer offer = OfferOf(config_);
  for (const std::string& wrong : {data_.contents[1] + "x", data_.contents[1].substr(1),
                                   std::string(data_.contents[1].size(), 'x')}) {
    site_.Put("/files/at/1.filter", wrong);
    const Status brought = Bring(config_, offer, {0, 1});
    ASSERT_FALSE(brought.ok());
    EXPECT_EQ(brought.error().message.find(site_.url() + "/files/at/1.filter: "), 0u)
        << brought.error().message;
    ExpectHas(data_, {0});
  }
}

TEST_F(RemoteSettingsSourceTest, WrongAnswersAreErrors) {
  const std::string poll = site_.url() + kPoll + "?_expected=0: ";
  for (const char* wrong : {"", "{}", "[]", R"({"changes":{}})"}) {
    site_.Put(kPoll, wrong);
    EXPECT_EQ(ErrorOf(config_).find(poll), 0u) << wrong;
  }
  site_.Put(kPoll, R"({"changes":[{"bucket":"security-state","collection":"cert-revocations",)"
                   R"("last_modified":-1}]})");
  EXPECT_EQ(ErrorOf(config_).find(poll + "changes: last_modified: wanted an integer"), 0u);
  site_.Put(kPoll, R"({"changes":[1,{},{"bucket":"main","collection":"cert-revocations"}]})");
  EXPECT_EQ(ErrorOf(config_), "remote-settings+" + config_.location +
                                  ": has no collection security-state/cert-revocations");
  site_.Remove(kPoll);
  EXPECT_EQ(ErrorOf(config_), poll +
                                  "not found; name a Remote Settings server, its version included "
                                  "(https://HOST/v1)");
}

TEST_F(RemoteSettingsSourceTest, WhatIsNotSignedIsRefused) {
  std::string changeset = data_.Changeset(Signer(), site_.url() + "/x/one");
  changeset.replace(changeset.find("0.filter"), 8, "1.filter");
  site_.Put(kList, changeset);
  const std::string url = site_.url() + kList;
  EXPECT_EQ(ErrorOf(config_).find(url), 0u);
  site_.Put(kList, data_.Changeset(Signer(), site_.url() + "/x/one"));
  site_.Put("/x/one", OtherSigner().Chain());
  EXPECT_EQ(ErrorOf(config_).find(url), 0u);
  site_.Remove("/x/one");
  EXPECT_EQ(ErrorOf(config_), site_.url() + "/x/one: not found");
  config_.roots = {};  // Mozilla's
  Publish(Signer(), site_.url() + "/x/one");
  EXPECT_EQ(ErrorOf(config_).find(url), 0u);
}

}  // namespace
}  // namespace crlite
