#include "sync/trust/signed_list.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "tests/support/content_signer.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr uint64_t kTime = kTestNowMs - 3'600'000;

json Record(const std::string& id, const std::string& parent, uint64_t time) {
  json record = {{"id", id},
                 {"incremental", !parent.empty()},
                 {"effectiveTimestamp", time},
                 {"channel", "default"},
                 {"attachment",
                  {{"filename", id + ".filter"},
                   {"size", 100},
                   {"hash", std::string(64, 'a')},
                   {"location", "files/" + id}}}};
  if (!parent.empty()) record["parent"] = parent;
  return record;
}

class SignedListTest : public testing::Test {
 protected:
  static const ContentSigner& Signer() {
    static const ContentSigner signer;
    return signer;
  }

  const json records_ = {Record("full", "", kTime - 10), Record("delta", "full", kTime - 5)};
  const json changeset_ = Signer().SignedChangeset(records_, kTime);
  const Trust trust_ = {{Signer().root().Hash()}, "default"};

  Result<SignedList> Verify(const std::string& changeset, const std::string& chain) const {
    return VerifyProof({changeset, chain}, trust_, kTestNowMs);
  }
  std::string ErrorOf(const json& changeset) const {
    const Result<SignedList> list = Verify(changeset.dump(), Signer().Chain());
    return list.ok() ? "" : list.error().message;
  }
};

// Everything that a list says, as one text.
std::string TextOf(const SignedList& list) {
  std::string text = std::to_string(list.timestamp_ms);
  for (const SignedFile& file : list.files) {
    text += " " + file.file.name + " " + std::to_string(file.file.size) + " " +
            file.file.HashText() + " " + file.location + " " + std::to_string(file.effective_ms);
  }
  return text;
}

TEST_F(SignedListTest, GivesTheFilesThatAreSigned) {
  const Result<SignedList> list = Verify(changeset_.dump(), Signer().Chain());
  ASSERT_TRUE(list.ok()) << list.error().message;
  const std::string hash(64, 'a');
  EXPECT_EQ(TextOf(*list), std::to_string(kTime) + " full.filter 100 " + hash + " files/full " +
                               std::to_string(kTime - 10) + " delta.filter 100 " + hash +
                               " files/delta " + std::to_string(kTime - 5));
}

TEST_F(SignedListTest, DoesNotMindFormNorDeletedRecordsNorMetadata) {
  json changeset = changeset_;
  std::swap(changeset["changes"][0], changeset["changes"][1]);
  changeset["changes"].push_back({{"id", "gone"}, {"deleted", true}});
  changeset["metadata"]["bucket"] = "other";
  const Result<SignedList> list = Verify(changeset.dump(4), Signer().Chain());
  ASSERT_TRUE(list.ok()) << list.error().message;
  EXPECT_EQ(TextOf(*list), TextOf(*Verify(changeset_.dump(), Signer().Chain())));
}

TEST_F(SignedListTest, RefusesEveryChangeOfWhatIsSigned) {
  const std::string mismatch = "signature: does not match";
  json changeset = changeset_;
  changeset["timestamp"] = kTime + 1;
  EXPECT_EQ(ErrorOf(changeset), mismatch);
  changeset = changeset_;
  changeset["changes"].erase(1);
  EXPECT_EQ(ErrorOf(changeset), mismatch);
  changeset = changeset_;
  changeset["changes"][1]["deleted"] = true;
  EXPECT_EQ(ErrorOf(changeset), mismatch);
  changeset = changeset_;
  changeset["changes"].push_back(Record("more", "delta", kTime));
  EXPECT_EQ(ErrorOf(changeset), mismatch);
  changeset = changeset_;
  changeset["changes"][0]["unknown"] = nullptr;
  EXPECT_EQ(ErrorOf(changeset), mismatch);
  changeset = changeset_;
  changeset["changes"][0]["attachment"]["mimetype"] = "text/plain";
  EXPECT_EQ(ErrorOf(changeset), mismatch);
}

TEST_F(SignedListTest, OneOfSeveralSignaturesIsEnough) {
  json changeset = changeset_;
  json& metadata = changeset["metadata"];
  const json good = metadata["signature"];
  json other = good;
  other["signature"] = Signer().Sign("something else");
  metadata["signature"] = other;
  metadata["signatures"] = {{{"mode", "unknown"}}, other, good};
  EXPECT_EQ(ErrorOf(changeset), "");
  metadata["signatures"] = {other};
  EXPECT_EQ(ErrorOf(changeset), "none of 2 signatures, the first one: signature: does not match");
}

TEST_F(SignedListTest, BelievesNothingBeforeTheSignature) {
  // No filter in it, but that is not the first thing that is wrong.
  json changeset = Signer().SignedChangeset(json::array(), kTime);
  EXPECT_EQ(ErrorOf(changeset), "filters of channel default: no full filter among 0 records");
  changeset["timestamp"] = kTime + 1;
  EXPECT_EQ(ErrorOf(changeset), "signature: does not match");
}

TEST_F(SignedListTest, RefusesATimeMoreThanADayAhead) {
  const uint64_t day = 86'400'000;
  EXPECT_EQ(ErrorOf(Signer().SignedChangeset(records_, kTestNowMs + day)), "");
  EXPECT_EQ(ErrorOf(Signer().SignedChangeset(records_, kTestNowMs + day + 1)).substr(0, 25),
            "changeset: its time lies ");
  const uint64_t year_9999 = 253'370'764'800'000;
  EXPECT_NE(ErrorOf(Signer().SignedChangeset(records_, year_9999)), "");
}

TEST_F(SignedListTest, NamesWhatIsWrong) {
  EXPECT_EQ(Verify("{}", Signer().Chain()).error().message, "changeset: timestamp: missing");
  EXPECT_EQ(Verify(changeset_.dump(), "").error().message, "chain: empty");
  const Result<SignedList> other =
      VerifyProof({changeset_.dump(), Signer().Chain()}, {trust_.roots, "compat"}, kTestNowMs);
  EXPECT_EQ(other.error().message, "filters of channel compat: no full filter among 2 records");
}

// Both ways to damage a byte: into a neighbour, and into something else altogether.
constexpr uint8_t kFlips[] = {0x01, 0x80, 0x20};

// The part of the text from the first record to the end of the list, the timestamp included: dump()
// sorts "changes", "metadata", "timestamp".
TEST_F(SignedListTest, RefusesOrOverlooksEveryFlippedByteOfTheChangeset) {
  const std::string good = changeset_.dump();
  const std::string wanted = TextOf(*Verify(good, Signer().Chain()));
  const size_t end_of_records = good.find(",\"metadata\"");
  const size_t signature = good.find("\"signature\":\"") + 13;
  size_t passed = 0;
  for (size_t i = 0; i < good.size(); ++i) {
    for (const uint8_t flip : kFlips) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      const Result<SignedList> list = Verify(bad, Signer().Chain());
      if (!list.ok()) continue;
      ++passed;
      EXPECT_EQ(TextOf(*list), wanted) << bad;
      // What signature and signed content say has one spelling only, but for the case of an escape.
      EXPECT_GT(i, end_of_records) << bad;
      EXPECT_FALSE(i >= signature && i < signature + 128) << bad;
    }
  }
  EXPECT_GT(passed, 0u);  // the x5u, the bucket
}

std::vector<std::string> DersOf(const std::string& pem) {
  std::vector<std::string> ders;
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  while (X509* const certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    ders.emplace_back(der, der + size);
    OPENSSL_free(der);
    X509_free(certificate);
  }
  BIO_free(bio);
  ERR_clear_error();  // that no more follow
  return ders;
}

TEST_F(SignedListTest, RefusesOrOverlooksEveryFlippedByteOfTheChain) {
  const std::string good = Signer().Chain();
  const std::string changeset = changeset_.dump();
  const std::string wanted = TextOf(*Verify(changeset, good));
  const std::vector<std::string> ders = DersOf(good);
  ASSERT_EQ(ders.size(), 3u);
  size_t refused = 0;
  for (size_t i = 0; i < good.size(); ++i) {
    for (const uint8_t flip : kFlips) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      const Result<SignedList> list = Verify(changeset, bad);
      if (!list.ok()) {
        ++refused;
        continue;
      }
      EXPECT_EQ(TextOf(*list), wanted);
      EXPECT_EQ(DersOf(bad), ders) << "byte " << i << " flipped by " << int{flip};
    }
  }
  EXPECT_GT(refused, good.size() * 5 / 2);
}

}  // namespace
}  // namespace crlite
