// Questions that cannot be asked, and what a result is before one was.
#include <limits.h>

#include <filesystem>

#include "tests/library/contract/asker.h"

namespace crlite::library {
namespace {

crlite_error OpenError(const char* snapshot, unsigned flags) {
  auto* store = reinterpret_cast<crlite_store*>(1);
  const crlite_error error = crlite_open(snapshot, flags, &store);
  if (error == CRLITE_OK) {
    EXPECT_NE(store, nullptr);
    crlite_close(store);
  } else {
    EXPECT_EQ(store, nullptr) << "what is not opened must not look like a store";
  }
  return error;
}

TEST(Open, RefusesArgumentsThatAreNone) {
  EXPECT_EQ(crlite_open("/x", 0, nullptr), CRLITE_ERR_ARGUMENT);
  for (const unsigned flags : {2u, 3u, 4u, 0x80000000u, ~0u}) {
    EXPECT_EQ(OpenError("/x", flags), CRLITE_ERR_ARGUMENT) << flags;
  }
}

TEST(Open, RefusesPathsThatAreNotAbsolute) {
  for (const char* path : {"", "snapshot", "./snapshot", "../var/lib/crlite/snapshot", "~/x"}) {
    EXPECT_EQ(OpenError(path, 0), CRLITE_ERR_PATH) << path;
  }
  for (const char* path : {"/", "/var/lib/crlite/"}) {
    EXPECT_EQ(OpenError(path, 0), CRLITE_ERR_PATH) << "no file's name: " << path;
  }
}

TEST(Open, RefusesPathsThatAreTooLong) {
  const std::string longest = "/" + std::string(PATH_MAX - 2, 'x');
  EXPECT_EQ(OpenError(longest.c_str(), 0), CRLITE_OK) << "absent, which is no error";
  EXPECT_EQ(OpenError((longest + "x").c_str(), 0), CRLITE_ERR_PATH);
  EXPECT_EQ(OpenError((longest + longest).c_str(), 0), CRLITE_ERR_PATH);
  const std::string deep = "/" + std::string(PATH_MAX - 5, 'x') + "/s";
  EXPECT_EQ(OpenError(deep.c_str(), 0), CRLITE_ERR_PATH) << "no room for the files beside it";
}

TEST(Open, TakesAnAbsentSnapshotAndEitherFlag) {
  for (const unsigned flags : {0u, CRLITE_OPEN_NO_RELOAD}) {
    EXPECT_EQ(OpenError("/nonexistent/crlite/snapshot", flags), CRLITE_OK);
    EXPECT_EQ(OpenError(nullptr, flags), CRLITE_OK) << "the default path";
  }
}

TEST(NullPointers, AreAllowedWhereTheHeaderSaysSo) {
  crlite_close(nullptr);
  crlite_result_free(nullptr);
  EXPECT_EQ(crlite_ref(nullptr), nullptr);
  EXPECT_EQ(crlite_generation(nullptr), 0u);
  crlite_report(nullptr, nullptr);
  const ResultPtr result(crlite_result_new());
  crlite_report(nullptr, result.get());
  const StorePtr store = OpenStore("/nonexistent/snapshot");
  crlite_report(store.get(), nullptr);
}

// Every accessor, as of a result that nothing was asked with.
void ExpectLikeNew(const crlite_result* result) {
  EXPECT_EQ(AnswerOf(result), kNothing);
  EXPECT_EQ(crlite_result_insists(result), 0);
  EXPECT_STREQ(crlite_result_filter(result), "");
  crlite_sct sct = {};
  sct.timestamp_ms = 4711;
  EXPECT_EQ(crlite_result_sct(result, &sct), 0);
  EXPECT_EQ(sct.timestamp_ms, 4711u);
  EXPECT_EQ(crlite_result_data_state(result), CRLITE_DATA_NEVER_PROVISIONED);
  EXPECT_EQ(crlite_result_generation(result), 0u);
  EXPECT_EQ(crlite_result_data_time_ms(result), 0u);
  EXPECT_EQ(crlite_result_data_age_ms(result), 0u);
  EXPECT_STREQ(crlite_result_trouble(result), "");
}

TEST(Result, SaysNothingBeforeTheFirstQuestion) {
  const ResultPtr result(crlite_result_new());
  ASSERT_NE(result, nullptr);
  ExpectLikeNew(result.get());
}

// A world whose result is full of the last answer.
struct FilledAsker : Asker {
  FilledAsker() {
    host.policy.insist = true;
    host.data_time -= 3600;
    Publish();
    Open();
    EXPECT_EQ(Check(revoked), kRefused);
  }
  // The question ends with this error and leaves nothing of the answer before.
  void ExpectError(crlite_error wanted, crlite_error error) {
    EXPECT_EQ(error, wanted);
    ExpectLikeNew(result.get());
    EXPECT_EQ(Check(revoked), kRefused) << "the store goes on";
  }
};

TEST(CheckChain, RefusesArgumentsThatAreNone) {
  FilledAsker asker;
  crlite_store* const store = asker.asked.get();
  crlite_result* const result = asker.result.get();
  const ByteVector leaf = asker.good.Der(), issuer = asker.root.Der();
  const crlite_certificate chain[] = {{leaf.data(), leaf.size()}, {issuer.data(), issuer.size()}};
  const crlite_certificate no_leaf[] = {{nullptr, 0}, chain[1]};
  const crlite_certificate no_issuer[] = {chain[0], {nullptr, 0}, chain[1]};
  EXPECT_EQ(crlite_check_chain(store, chain, 2, CRLITE_NOW, nullptr), CRLITE_ERR_ARGUMENT);
  const auto expect = [&](crlite_error error) { asker.ExpectError(CRLITE_ERR_ARGUMENT, error); };
  expect(crlite_check_chain(nullptr, chain, 2, CRLITE_NOW, result));
  expect(crlite_check_chain(store, nullptr, 2, CRLITE_NOW, result));
  expect(crlite_check_chain(store, nullptr, 0, CRLITE_NOW, result));
  expect(crlite_check_chain(store, chain, 0, CRLITE_NOW, result));
  expect(crlite_check_chain(store, no_leaf, 2, CRLITE_NOW, result));
  expect(crlite_check_chain(store, no_issuer, 2, CRLITE_NOW, result));
  expect(crlite_check_chain(store, no_issuer, 3, CRLITE_NOW, result));
}

TEST(CheckChain, LooksAtTwoCertificatesAtMost) {
  FilledAsker asker;
  const ByteVector leaf = asker.good.Der(), issuer = asker.root.Der();
  const crlite_certificate chain[] = {
      {leaf.data(), leaf.size()}, {issuer.data(), issuer.size()}, {nullptr, 7}};
  crlite_result* const result = asker.result.get();
  ASSERT_EQ(crlite_check_chain(asker.asked.get(), chain, 3, CRLITE_NOW, result), CRLITE_OK);
  EXPECT_EQ(AnswerOf(result), kGood);
  ASSERT_EQ(crlite_check_chain(asker.asked.get(), chain, SIZE_MAX, CRLITE_NOW, result), CRLITE_OK);
  EXPECT_EQ(AnswerOf(result), kGood);
  ASSERT_EQ(crlite_check_chain(asker.asked.get(), chain, 1, CRLITE_NOW, result), CRLITE_OK);
  EXPECT_EQ(AnswerOf(result), NotCovered(CRLITE_REASON_CHAIN_TOO_SHORT));
}

TEST(CheckChain, TellsWhichCertificateIsNone) {
  FilledAsker asker;
  const ByteVector leaf = asker.good.Der(), issuer = asker.root.Der();
  const ByteVector empty_but_there = {0};
  const crlite_certificate empty[] = {{empty_but_there.data(), 0}};
  asker.ExpectError(CRLITE_ERR_LEAF, crlite_check_chain(asker.asked.get(), empty, 1, CRLITE_NOW,
                                                        asker.result.get()));
  std::vector<ByteVector> broken = {{0}, {0x30, 0x80}, ByteVector(1000, 0x30), leaf, leaf, leaf};
  broken[3].pop_back();
  broken[4].push_back(0);
  broken[5][0] = 0x31;
  for (const ByteVector& der : broken) {
    asker.ExpectError(CRLITE_ERR_LEAF, asker.Ask({der}));
    asker.ExpectError(CRLITE_ERR_LEAF, asker.Ask({der, issuer}));
    asker.ExpectError(CRLITE_ERR_LEAF, asker.Ask({der, der}));
    asker.ExpectError(CRLITE_ERR_ISSUER, asker.Ask({leaf, der}));
    asker.ExpectError(CRLITE_ERR_ISSUER, asker.Ask({leaf, der, issuer}));
  }
}

TEST(CheckChain, TakesTheLongestSerialAndNoLonger) {
  FilledAsker asker;
  for (const size_t size : {20u, 255u, 256u, 1000u}) {
    hook::CertificateOptions options;
    options.serial = ByteVector(size, 0x5a);
    const crlite_error error = asker.Ask({Issue(&asker.root, options).Der(), asker.root.Der()});
    EXPECT_EQ(error, size <= CRLITE_MAX_SERIAL_SIZE ? CRLITE_OK : CRLITE_ERR_LEAF) << size;
  }
}

TEST(Query, RefusesArgumentsThatAreNone) {
  FilledAsker asker;
  crlite_store* const store = asker.asked.get();
  crlite_result* const result = asker.result.get();
  const uint8_t issuer[CRLITE_HASH_SIZE] = {}, serial[300] = {2};
  const crlite_sct sct = TestSct();
  EXPECT_EQ(crlite_query(store, issuer, serial, 1, &sct, 1, nullptr), CRLITE_ERR_ARGUMENT);
  const auto expect = [&](crlite_error error) { asker.ExpectError(CRLITE_ERR_ARGUMENT, error); };
  expect(crlite_query(nullptr, issuer, serial, 1, &sct, 1, result));
  expect(crlite_query(store, nullptr, serial, 1, &sct, 1, result));
  expect(crlite_query(store, issuer, nullptr, 1, &sct, 1, result));
  expect(crlite_query(store, issuer, serial, 256, &sct, 1, result));
  expect(crlite_query(store, issuer, serial, SIZE_MAX, &sct, 1, result));
  expect(crlite_query(store, issuer, serial, 1, nullptr, 1, result));
  for (const size_t size : {1u, 255u}) {
    EXPECT_EQ(crlite_query(store, issuer, serial, size, &sct, 1, result), CRLITE_OK) << size;
  }
  EXPECT_EQ(crlite_query(store, issuer, serial, 1, nullptr, 0, result), CRLITE_OK);
  // No certificate has it, but a filter can be asked.
  EXPECT_EQ(crlite_query(store, issuer, serial, 0, &sct, 1, result), CRLITE_OK);
}

}  // namespace
}  // namespace crlite::library
