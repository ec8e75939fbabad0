// crlite.hpp says what crlite.h says, and gives back what it takes.
#include <gtest/gtest.h>
#include <string.h>

#include <crlite/crlite.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <type_traits>

#include "tests/hook/host.h"

namespace {

using crlite::hook::ByteVector;
using crlite::hook::World;

struct PublishedWorld : World {
  PublishedWorld() { Publish(); }
  crlite::store Open() const { return crlite::store(host.snapshot().c_str()); }
};

// The code that `ask` throws, or CRLITE_OK.
crlite_error ErrorOf(const std::function<void()>& ask) {
  try {
    ask();
  } catch (const crlite::error& error) {
    EXPECT_EQ(error.what(), std::string("crlite: ") + crlite_error_text(error.code()));
    return error.code();
  }
  return CRLITE_OK;
}

bool IsMapped(const std::string& directory) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(directory + "/") != std::string::npos) return true;
  }
  return false;
}

TEST(Hpp, AnswersAsTheLibraryDoes) {
  const PublishedWorld world;
  const crlite::store store = world.Open();
  const crlite::result result = store.check({world.revoked.Der(), world.root.Der()});
  EXPECT_EQ(result.outcome(), CRLITE_REVOKED);
  EXPECT_EQ(result.reason(), CRLITE_REASON_FILTERS);
  EXPECT_EQ(result.action(), CRLITE_REFUSE);
  EXPECT_EQ(result.rule(), CRLITE_RULE_REVOKED);
  EXPECT_FALSE(result.insists());
  EXPECT_EQ(result.filter(), crlite_result_filter(result.get()));
  EXPECT_FALSE(result.filter().empty());
  EXPECT_EQ(result.trouble(), "");
  EXPECT_EQ(result.data_state(), CRLITE_DATA_FRESH);
  EXPECT_EQ(result.generation(), 1U);
  EXPECT_EQ(store.generation(), 1U);
  EXPECT_EQ(result.data_time_ms(), crlite_result_data_time_ms(result.get()));
  EXPECT_EQ(result.data_age_ms(), crlite_result_data_age_ms(result.get()));
  EXPECT_NE(result.data_time_ms(), 0U);
  crlite_sct sct;
  ASSERT_TRUE(result.sct(&sct));
  EXPECT_EQ(memcmp(sct.log_id, crlite::hook::kTestLog.bytes, sizeof sct.log_id), 0);
  store.report(result);
  EXPECT_EQ(crlite::hook::JournalLines().size(), 1U);
  EXPECT_EQ(store.check({world.good.Der(), world.root.Der()}).action(), CRLITE_ALLOW);
}

TEST(Hpp, TellsThatThePolicyInsists) {
  PublishedWorld world;
  world.host.policy.insist = true;
  world.Publish();
  EXPECT_TRUE(world.Open().check({world.revoked.Der(), world.root.Der()}).insists());
}

TEST(Hpp, AsksAtTheGivenTime) {
  const PublishedWorld world;
  const crlite::result result = world.Open().check({world.revoked.Der(), world.root.Der()}, 0);
  EXPECT_EQ(result.reason(), CRLITE_REASON_OUTSIDE_VALIDITY);
}

TEST(Hpp, AsksByFields) {
  const PublishedWorld world;
  const crlite::store store = world.Open();
  crlite::hash issuer;
  memcpy(issuer.data(), world.root.SpkiHash().bytes, issuer.size());
  crlite_sct sct = {};
  memcpy(sct.log_id, crlite::hook::kTestLog.bytes, sizeof sct.log_id);
  sct.timestamp_ms = crlite::hook::kTestTimestamp;
  const ByteVector revoked = {0x02}, good = {0x01};
  EXPECT_EQ(store.query(issuer, revoked, {sct}).outcome(), CRLITE_REVOKED);
  EXPECT_EQ(store.query(issuer, good, {sct}).outcome(), CRLITE_NOT_REVOKED);
  EXPECT_EQ(store.query(issuer, revoked, {}).reason(), CRLITE_REASON_NO_SCT);
}

TEST(Hpp, TakesVectorsSpansAndPointers) {
  const PublishedWorld world;
  const crlite::store store = world.Open();
  const ByteVector leaf = world.revoked.Der(), issuer = world.root.Der();
  std::vector<crlite::octets> chain = {leaf, {issuer.data(), issuer.size()}};
  EXPECT_EQ(store.check(chain).outcome(), CRLITE_REVOKED);
#ifdef __cpp_lib_span
  EXPECT_EQ(store.check({std::span(leaf), std::span(issuer)}).outcome(), CRLITE_REVOKED);
#endif
  const std::vector<ByteVector> vectors = {leaf, issuer};
  EXPECT_EQ(store.check({vectors.begin(), vectors.end()}).outcome(), CRLITE_REVOKED);
}

TEST(Hpp, ThrowsWhenTheQuestionCannotBeAsked) {
  const PublishedWorld world;
  const crlite::store store = world.Open();
  const ByteVector good = world.good.Der(), root = world.root.Der(), junk = {1, 2, 3};
  EXPECT_EQ(ErrorOf([] { crlite::store("state/snapshot"); }), CRLITE_ERR_PATH);
  EXPECT_EQ(ErrorOf([&] { crlite::store(world.host.snapshot().c_str(), ~0U); }),
            CRLITE_ERR_ARGUMENT);
  EXPECT_EQ(ErrorOf([&] { store.check({}); }), CRLITE_ERR_ARGUMENT);
  EXPECT_EQ(ErrorOf([&] { store.check({junk, root}); }), CRLITE_ERR_LEAF);
  EXPECT_EQ(ErrorOf([&] { store.check({good, junk}); }), CRLITE_ERR_ISSUER);
  EXPECT_EQ(ErrorOf([&] { store.query({}, ByteVector(), {}); }), CRLITE_ERR_ARGUMENT);
}

TEST(Hpp, TakesMissingDataForAnOutcome) {
  World world;  // nothing published
  const crlite::store store(world.host.snapshot().c_str());
  const crlite::result result = store.check({world.revoked.Der(), world.root.Der()});
  EXPECT_EQ(result.outcome(), CRLITE_NO_DATA);
  EXPECT_EQ(result.data_state(), CRLITE_DATA_NEVER_PROVISIONED);
  EXPECT_EQ(store.generation(), 0U);
}

TEST(Hpp, ClosesOnceWhateverMoves) {
  static_assert(!std::is_copy_constructible_v<crlite::store>);
  static_assert(!std::is_copy_constructible_v<crlite::result>);
  static_assert(std::is_nothrow_move_constructible_v<crlite::store>);
  static_assert(std::is_nothrow_move_assignable_v<crlite::result>);
  const PublishedWorld world;
  crlite::store first = world.Open();
  crlite::result result = first.check({world.good.Der(), world.root.Der()});
  {
    crlite::store second = std::move(first);
    result = second.check({world.revoked.Der(), world.root.Der()});
    EXPECT_TRUE(IsMapped(world.host.state()));
  }
  EXPECT_FALSE(IsMapped(world.host.state()));
  EXPECT_EQ(result.outcome(), CRLITE_REVOKED) << "it outlives the store";
}

}  // namespace
