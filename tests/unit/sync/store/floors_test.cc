#include "sync/store/floors.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

Offer OfferOf(const std::string& source, uint64_t data_time_ms) {
  Offer offer;
  offer.source = source;
  offer.data_time_ms = data_time_ms;
  return offer;
}

TEST(Floors, RefusesWhatIsOlderThanWhatThePlaceGaveBefore) {
  Floors floors;
  floors.Set("dir:/a", 1000, false);
  EXPECT_TRUE(floors.CheckNotRollback(OfferOf("dir:/a", 1000), "dir:/a").ok());
  EXPECT_FALSE(floors.CheckNotRollback(OfferOf("dir:/a", 999), "dir:/a").ok());
  EXPECT_TRUE(floors.CheckNotRollback(OfferOf("dir:/b", 1), "dir:/b").ok());
}

TEST(Floors, AllSignedDataOfAChannelIsOnePlace) {
  Offer direct = OfferOf("remote-settings+https://a/v1", 5), mirror = OfferOf("dir:/b", 6);
  EXPECT_NE(Floors::IdentityOf(direct, "default"), Floors::IdentityOf(mirror, "default"));
  direct.proof = mirror.proof = Proof{};
  EXPECT_EQ(Floors::IdentityOf(direct, "default"), Floors::IdentityOf(mirror, "default"));
  EXPECT_NE(Floors::IdentityOf(direct, "default"), Floors::IdentityOf(direct, "compat"));
}

TEST(Floors, GoDownOnlyWhenThatIsAllowed) {
  Floors floors;
  EXPECT_TRUE(floors.Set("x", 10, false));
  EXPECT_FALSE(floors.Set("x", 10, false));
  EXPECT_FALSE(floors.Set("x", 9, false));
  EXPECT_FALSE(floors.CheckNotRollback(OfferOf("x", 9), "x").ok());
  EXPECT_TRUE(floors.Set("x", 9, true));
  EXPECT_TRUE(floors.CheckNotRollback(OfferOf("x", 9), "x").ok());
}

TEST(Floors, FileAndBackIsTheSame) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/floors.json";
  Floors floors;
  EXPECT_FALSE(floors.HasSigned());
  floors.Set("signed:default", 1'700'000'000'123, false);
  floors.Set("dir:/\xff", 7, false);  // a path need not be UTF-8
  ASSERT_TRUE(floors.Write(path).ok());
  const Result<Floors> again = Floors::Read(path);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_TRUE(again->HasSigned());
  EXPECT_FALSE(again->CheckNotRollback(OfferOf("s", 1'700'000'000'122), "signed:default").ok());
}

TEST(Floors, NoFileIsNoFloorAndADamagedOneIsAnError) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/floors.json";
  ASSERT_TRUE(Floors::Read(path).ok());
  for (const char* text :
       {"", "{", "{}", "{\"schema\":1,\"floors\":[]}", "{\"schema\":2,\"floors\":{}}",
        "{\"schema\":1,\"floors\":{\"x\":-1}}"}) {
    std::ofstream(path) << text;
    const Result<Floors> floors = Floors::Read(path);
    ASSERT_FALSE(floors.ok()) << text;
    EXPECT_NE(floors.error().message.find("--allow-rollback"), std::string::npos);
    EXPECT_TRUE(Floors::Read(path, /*allow_rollback=*/true).ok()) << text;
  }
}

}  // namespace
}  // namespace crlite
