#include "sync/trust/changeset.h"

#include <gtest/gtest.h>

#include "sync/offer/proof.h"

namespace crlite {
namespace {

using nlohmann::json;
using namespace std::string_literals;

json Signature(const std::string& name = "c2ln") {
  return {{"signature", name}, {"x5u", "https://x5u.example/" + name}, {"mode", "p384ecdsa"}};
}

json Valid() {
  return {{"timestamp", 1'700'000'000'123},
          {"changes", {{{"id", "b"}, {"n", 1}}, {{"id", "a"}, {"n", 2}}}},
          {"metadata", {{"signature", Signature()}}}};
}

std::string ErrorOf(const std::string& text) {
  const Result<Changeset> changeset = ParseChangeset(text);
  if (changeset.ok()) return "accepted";
  EXPECT_EQ(changeset.error().code, ErrorCode::kMalformed);
  return changeset.error().message;
}
std::string ErrorOf(const json& document) { return ErrorOf(document.dump()); }

// What becomes of a valid changeset with one value set, or removed if that is discarded.
std::string ErrorWith(const std::string& pointer, const json& value) {
  json document = Valid();
  document[json::json_pointer(pointer)] = value;
  return ErrorOf(document);
}
std::string ErrorWithout(const std::string& pointer, const std::string& key) {
  json document = Valid();
  document[json::json_pointer(pointer)].erase(key);
  return ErrorOf(document);
}

TEST(Changeset, GivesTimeRecordsAndSignature) {
  const Result<Changeset> changeset = ParseChangeset(Valid().dump());
  ASSERT_TRUE(changeset.ok()) << changeset.error().message;
  EXPECT_EQ(changeset->timestamp_ms, 1'700'000'000'123u);
  EXPECT_EQ(changeset->records, Valid()["changes"]);
  ASSERT_EQ(changeset->signatures.size(), 1u);
  EXPECT_EQ(changeset->signatures[0].signature, "c2ln");
  EXPECT_EQ(changeset->signatures[0].x5u, "https://x5u.example/c2ln");
}

TEST(Changeset, TakesTheListOfSignaturesToo) {
  json document = Valid();
  document["metadata"]["signatures"] = {Signature("two"), Signature("three")};
  const Result<Changeset> both = ParseChangeset(document.dump());
  ASSERT_TRUE(both.ok());
  ASSERT_EQ(both->signatures.size(), 3u);
  EXPECT_EQ(both->signatures[1].signature, "two");
  EXPECT_EQ(both->signatures[2].signature, "three");
  document["metadata"].erase("signature");
  EXPECT_EQ(ParseChangeset(document.dump())->signatures.size(), 2u);
}

TEST(Changeset, SkipsSignaturesOfAnotherMode) {
  json document = Valid();
  document["metadata"]["signatures"] = {{{"mode", "mldsa65"}, {"anything", 1.5}}, Signature("two")};
  const Result<Changeset> changeset = ParseChangeset(document.dump());
  ASSERT_TRUE(changeset.ok()) << changeset.error().message;
  ASSERT_EQ(changeset->signatures.size(), 2u);
  EXPECT_EQ(changeset->signatures[1].signature, "two");
  EXPECT_EQ(ErrorWith("/metadata/signature/mode", "mldsa65"),
            "metadata: no signature of mode p384ecdsa");
}

TEST(Changeset, TakesASignatureThatDoesNotNameItsMode) {
  EXPECT_EQ(ErrorWithout("/metadata/signature", "mode"), "accepted");
}

TEST(Changeset, RefusesWhatIsNoSignature) {
  EXPECT_EQ(ErrorWithout("", "metadata"), "metadata: missing");
  EXPECT_EQ(ErrorWith("/metadata", json::array()), "metadata: wanted an object");
  EXPECT_EQ(ErrorWithout("/metadata", "signature"), "metadata: no signature of mode p384ecdsa");
  EXPECT_EQ(ErrorWith("/metadata/signature", "c2ln"), "metadata: signature: wanted an object");
  EXPECT_EQ(ErrorWithout("/metadata/signature", "signature"),
            "metadata: signature: signature: missing");
  EXPECT_EQ(ErrorWithout("/metadata/signature", "x5u"), "metadata: signature: x5u: missing");
  EXPECT_EQ(ErrorWith("/metadata/signature/x5u", 5), "metadata: signature: x5u: wanted a string");
  EXPECT_EQ(ErrorWith("/metadata/signatures", {{{"signature", "c2ln"}}}),
            "metadata: signatures: x5u: missing");
  EXPECT_EQ(ErrorWith("/metadata/signatures", json::object()),
            "metadata: signatures: wanted a list of at most 16");
}

TEST(Changeset, BoundsSignatures) {
  const std::string url =
      "metadata: signature: x5u: wanted 1 to 2048 characters of printable ASCII";
  EXPECT_EQ(ErrorWith("/metadata/signature/x5u", std::string(2048, 'x')), "accepted");
  EXPECT_EQ(ErrorWith("/metadata/signature/x5u", std::string(2049, 'x')), url);
  EXPECT_EQ(ErrorWith("/metadata/signature/x5u", ""), url);
  EXPECT_EQ(ErrorWith("/metadata/signature/x5u", "a\nb"), url);
  EXPECT_EQ(ErrorWith("/metadata/signature/x5u", "a b"), url);
  EXPECT_EQ(ErrorWith("/metadata/signature/x5u", "\xc3\xa9"), url);
  EXPECT_EQ(ErrorWith("/metadata/signature/signature", std::string(257, 'x')),
            "metadata: signature: signature: wanted 1 to 256 characters of printable ASCII");
  EXPECT_EQ(ErrorWith("/metadata/signatures", json::array_t(16, Signature())), "accepted");
  EXPECT_EQ(ErrorWith("/metadata/signatures", json::array_t(17, Signature())),
            "metadata: signatures: wanted a list of at most 16");
}

TEST(Changeset, LeavesDeletedRecordsOut) {
  json document = Valid();
  document["changes"].push_back({{"id", "c"}, {"deleted", true}});
  document["changes"].push_back({{"id", "d"}, {"deleted", false}});
  const Result<Changeset> changeset = ParseChangeset(document.dump());
  ASSERT_TRUE(changeset.ok());
  ASSERT_EQ(changeset->records.size(), 3u);
  EXPECT_EQ(changeset->records[2]["id"], "d");
}

TEST(Changeset, RefusesRecordsWithoutAnIdOfTheirOwn) {
  EXPECT_EQ(ErrorWith("/changes/1/id", "b"), "changes: record 2: id: that of another record too");
  const std::string bad_id = "changes: record 1: id: wanted a string of 1 to 256 bytes";
  EXPECT_EQ(ErrorWith("/changes/0/id", 7), bad_id);
  EXPECT_EQ(ErrorWith("/changes/0/id", ""), bad_id);
  EXPECT_EQ(ErrorWith("/changes/0/id", std::string(256, 'x')), "accepted");
  EXPECT_EQ(ErrorWith("/changes/0/id", std::string(257, 'x')), bad_id);
  EXPECT_EQ(ErrorWithout("/changes/0", "id"), bad_id);
  EXPECT_EQ(ErrorWith("/changes/0", "b"), "changes: record 1: wanted an object");
  // A deletion and a record under one id contradict each other.
  json document = Valid();
  document["changes"].push_back({{"id", "a"}, {"deleted", true}});
  EXPECT_EQ(ErrorOf(document), "changes: record 3: id: that of another record too");
}

TEST(Changeset, RefusesTimesAndListsOfAnotherForm) {
  EXPECT_EQ(ErrorWithout("", "timestamp"), "timestamp: missing");
  const std::string wanted = "timestamp: wanted an integer from 0 to 9007199254740992";
  EXPECT_EQ(ErrorWith("/timestamp", "1700000000123"), wanted);
  EXPECT_EQ(ErrorWith("/timestamp", 1.5), wanted);
  EXPECT_EQ(ErrorWith("/timestamp", -1), wanted);
  EXPECT_EQ(ErrorWith("/timestamp", (uint64_t{1} << 53) + 1), wanted);
  EXPECT_EQ(ErrorWith("/timestamp", uint64_t{1} << 53), "accepted");
  EXPECT_EQ(ErrorWithout("", "changes"), "changes: missing");
  EXPECT_EQ(ErrorWith("/changes", json::object()), "changes: wanted a list");
  EXPECT_EQ(ErrorWith("/changes", json::array()), "accepted");
}

TEST(Changeset, BoundsTheNumberOfRecords) {
  json document = Valid();
  document["changes"] = json::array();
  for (size_t i = 0; i < kMaxRecords; ++i) {
    document["changes"].push_back({{"id", std::to_string(i)}});
  }
  EXPECT_EQ(ErrorOf(document), "accepted");
  document["changes"].push_back({{"id", "more"}});
  EXPECT_EQ(ErrorOf(document), "changes: 10001 records, at most 10000 are accepted");
}

// As many as fit into the size: the time to refuse them must not grow with their square.
TEST(Changeset, RefusesAMillionRecordsInNoTime) {
  json document = Valid();
  document["changes"] = json::array_t(200'000, json::array());
  EXPECT_EQ(ErrorOf(document), "changes: 200000 records, at most 10000 are accepted");
  document["changes"] = json::array_t(1'000'000, json::array());
  EXPECT_EQ(ErrorOf(document), "more than 300000 values");
}

TEST(Changeset, BoundsSizeAndDepth) {
  EXPECT_EQ(ErrorOf(Valid().dump() + std::string(kMaxChangesetSize, ' ')).substr(7),
            " bytes, at most 4194304 are accepted");
  EXPECT_EQ(ErrorOf(std::string(1000, '[')), "nested more than 16 deep");
  EXPECT_EQ(ErrorOf(R"({"timestamp":1,"timestamp":2})"s), "a key twice in one object");
  EXPECT_EQ(ErrorOf(Valid().dump() + "x"), "not valid JSON");
  EXPECT_EQ(ErrorOf("[]"s), "wanted a JSON object");
}

TEST(SignedMessage, SortsRecordsById) {
  Changeset changeset;
  changeset.timestamp_ms = 1'700'000'000'123;
  changeset.records = json::parse(R"([{"id":"b"},{"x":[1, 2],"id":"B"},{"id":"10"},{"id":"9"}])");
  const Result<std::string> message = SignedMessage(changeset);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(
      *message,
      "Content-Signature:\0{\"data\":[{\"id\":\"10\"},{\"id\":\"9\"},{\"id\":\"B\",\"x\":[1,2]},"
      "{\"id\":\"b\"}],\"last_modified\":\"1700000000123\"}"s);
}

TEST(SignedMessage, KeepsFieldsThatNobodyKnows) {
  const Result<Changeset> changeset = ParseChangeset(Valid().dump());
  EXPECT_EQ(*SignedMessage(*changeset),
            "Content-Signature:\0{\"data\":[{\"id\":\"a\",\"n\":2},{\"id\":\"b\",\"n\":1}],"
            "\"last_modified\":\"1700000000123\"}"s);
}

TEST(SignedMessage, OfAnEmptyList) {
  Changeset changeset;
  changeset.records = json::array();
  EXPECT_EQ(*SignedMessage(changeset),
            "Content-Signature:\0{\"data\":[],\"last_modified\":\"0\"}"s);
}

TEST(SignedMessage, RefusesFractions) {
  json document = Valid();
  document["changes"][0]["n"] = 0.5;
  const Result<Changeset> changeset = ParseChangeset(document.dump());
  ASSERT_TRUE(changeset.ok());
  EXPECT_EQ(SignedMessage(*changeset).error().message,
            "changes: a number that is no integer below 2^64, whose canonical form is unknown");
}

}  // namespace
}  // namespace crlite
