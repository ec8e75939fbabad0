// Filters and the signed list of them, and a web server that has such things.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sync/offer/mirror_layout.h"
#include "sync/source/source.h"
#include "tests/support/content_signer.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/web_server.h"

namespace crlite {

inline Bytes View(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline uint64_t NowInMs() { return static_cast<uint64_t>(time(nullptr)) * 1000; }

// Valid from an hour ago until `seconds` from now.
inline CertificateSpec ValidNow(CertificateSpec spec, time_t seconds = 86400) {
  spec.not_before = time(nullptr) - 3600;
  spec.not_after = time(nullptr) + seconds;
  return spec;
}

inline ContentSigner MakeSigner(time_t seconds = 86400) {
  return ContentSigner(ValidNow(SignerSpec(), seconds), ValidNow(IntermediateSpec()),
                       ValidNow(RootSpec()));
}

// A full filter and its deltas, which have most of their bytes in common.
struct SignedData {
  std::vector<OfferedFile> files;
  std::vector<std::string> contents;
  uint64_t timestamp_ms = NowInMs() - 3'600'000;

  explicit SignedData(size_t count) {
    while (files.size() < count) Add();
  }

  void Add() {
    const std::string number = std::to_string(files.size());
    std::string content = number;
    for (int i = 0; i < 200; ++i) content += Sha256HexOf(std::to_string(i));
    content += Sha256HexOf("only in " + number);
    files.push_back(DescribeFile(number + ".filter", View(content)));
    contents.push_back(content);
    timestamp_ms += 1000;
  }

  // The answer of the changeset endpoint.
  std::string Changeset(const ContentSigner& signer, const std::string& x5u) const {
    nlohmann::json records = nlohmann::json::array();
    for (size_t i = 0; i < files.size(); ++i) {
      nlohmann::json record = {{"id", "record-" + std::to_string(i)},
                               {"incremental", i > 0},
                               {"effectiveTimestamp", 1000 + i},
                               {"channel", "default"},
                               {"attachment", FileToJson(files[i])}};
      record["attachment"]["location"] = "at/" + files[i].name;
      if (i > 0) record["parent"] = "record-" + std::to_string(i - 1);
      records.push_back(std::move(record));
    }
    return signer.SignedChangeset(records, timestamp_ms, x5u).dump();
  }

  static std::string Sha256HexOf(const std::string& text) {
    return DescribeFile("x", View(text)).HashText();
  }
};

// A web server that gives what is in a map, and says 304 to whoever has it.
class Site {
 public:
  Site()
      : server_([this](const WebRequest& request, WebConnection* connection) {
          return connection->Send(Answer(request));
        }) {}

  void Put(const std::string& path, const std::string& body) {
    const std::lock_guard<std::mutex> lock(mutex_);
    pages_[path] = body;
  }
  std::string At(const std::string& path) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return pages_.at(path);
  }
  void Remove(const std::string& path) {
    const std::lock_guard<std::mutex> lock(mutex_);
    pages_.erase(path);
  }
  const std::string& url() const { return server_.url(); }

  // What was asked for since the last call, sorted: "/path" or "/path 304" or "/path 404". Queries
  // are left out.
  std::vector<std::string> TakeLog() {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::sort(log_.begin(), log_.end());
    return std::exchange(log_, {});
  }
  std::string last_query() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return query_;
  }

 private:
  std::string Answer(const WebRequest& request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t end = request.target.find('?');
    const std::string path = request.target.substr(0, end);
    query_ = end == std::string::npos ? "" : request.target.substr(end + 1);
    const auto page = pages_.find(path);
    if (page == pages_.end()) {
      log_.push_back(path + " 404");
      return WebAnswer(404, "", "none");
    }
    const std::string etag = "\"" + SignedData::Sha256HexOf(page->second).substr(0, 8) + "\"";
    const bool is_same = request.Header("if-none-match") == etag;
    log_.push_back(path + (is_same ? " 304" : ""));
    return WebAnswer(is_same ? 304 : 200, "ETag: " + etag + "\r\n", is_same ? "" : page->second);
  }

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, std::string> pages_;
  std::vector<std::string> log_;
  std::string query_;
  WebServer server_;  // the last: its threads use the others
};

// A source, and the store that it brings files to.
class SourceTest : public testing::Test {
 protected:
  using Log = std::vector<std::string>;

  SourceTest() { EXPECT_TRUE(MakeDirectory(paths_.incoming).ok()); }

  Result<Offer> GetOffer(const SourceConfig& config, const Offer* held = nullptr) {
    Result<std::unique_ptr<Source>> source = OpenSource(config, &fetcher_);
    if (!source.ok()) return source.error();
    return (*source)->GetOffer(held);
  }
  Offer OfferOf(const SourceConfig& config, const Offer* held = nullptr) {
    Result<Offer> offer = GetOffer(config, held);
    EXPECT_TRUE(offer.ok()) << offer.error().message;
    return offer.ok() ? *offer : Offer{};
  }
  std::string ErrorOf(const SourceConfig& config, const Offer* held = nullptr) {
    const Result<Offer> offer = GetOffer(config, held);
    EXPECT_FALSE(offer.ok());
    if (offer.ok()) return "";
    EXPECT_EQ(offer.error().code, ErrorCode::kUnavailable) << offer.error().message;
    return offer.error().message;
  }
  Status Bring(const SourceConfig& config, const Offer& offer, const std::vector<size_t>& missing) {
    return (*OpenSource(config, &fetcher_))->Bring(offer, missing, &store_);
  }
  // Whether exactly the files of `indices` can be read.
  void ExpectHas(const SignedData& data, const std::vector<size_t>& indices) {
    for (size_t i = 0; i < data.files.size(); ++i) {
      const bool wanted = std::find(indices.begin(), indices.end(), i) != indices.end();
      EXPECT_EQ(store_.Read(data.files[i]).ok(), wanted) << i;
    }
  }
  static void ExpectSigned(const Offer& offer, const SignedData& data) {
    ASSERT_EQ(offer.files.size(), data.files.size());
    for (size_t i = 0; i < data.files.size(); ++i) {
      EXPECT_EQ(offer.files[i].name, data.files[i].name);
      EXPECT_EQ(offer.files[i].HashText(), data.files[i].HashText());
    }
    EXPECT_EQ(offer.data_time_ms, data.timestamp_ms);
    EXPECT_TRUE(offer.proof.has_value());
  }

  static const ContentSigner& Signer() {
    static const ContentSigner signer = MakeSigner();
    return signer;
  }
  // Has another root.
  static const ContentSigner& OtherSigner() {
    static const ContentSigner signer = MakeSigner();
    return signer;
  }

  TemporaryDirectory directory_;
  const StatePaths paths_{directory_.path()};
  FilterStore store_{paths_};
  Fetcher fetcher_{{}, {}, nullptr};
};

}  // namespace crlite
