// Documents: conditional, compressed, bounded, tried again.
#include <gtest/gtest.h>

#include "sync/transfer/fetcher.h"
#include "tests/support/web_server.h"

namespace crlite {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using Kind = Document::Kind;

constexpr char kDate[] = "Sat, 21 Nov 2026 10:00:00 GMT";

// Sends the same answer to every request.
WebServer::Handler Always(const std::string& answer) {
  return
      [answer](const WebRequest&, WebConnection* connection) { return connection->Send(answer); };
}

// Sends the i-th answer to the i-th request, and then the last one again.
WebServer::Handler InTurn(std::vector<std::string> answers) {
  auto next = std::make_shared<std::atomic<size_t>>(0);
  return [answers, next](const WebRequest&, WebConnection* connection) {
    return connection->Send(answers[std::min(next->fetch_add(1), answers.size() - 1)]);
  };
}

Fetcher QuickFetcher(seconds total = seconds(60)) {
  return Fetcher({.total = total, .request = total}, {}, nullptr);
}

std::string ErrorOf(const Result<Document>& document) {
  EXPECT_FALSE(document.ok());
  if (document.ok()) return "";
  EXPECT_EQ(document.error().code, ErrorCode::kUnavailable);
  return document.error().message;
}

TEST(Get, GivesBodyAndValidator) {
  const WebServer server(Always(
      WebAnswer(200, std::string("ETag: \"v1\"\r\nLast-Modified: ") + kDate + "\r\n", "hello")));
  Fetcher fetcher = QuickFetcher();
  const Result<Document> document = fetcher.Get(server.url() + "/x", 5);
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(document.value().kind, Kind::kFound);
  EXPECT_EQ(document.value().body, "hello");
  EXPECT_EQ(document.value().validator.url, server.url() + "/x");
  EXPECT_EQ(document.value().validator.etag, "\"v1\"");
  EXPECT_EQ(document.value().validator.last_modified, kDate);
  const WebRequest request = server.requests().at(0);
  EXPECT_EQ(request.Header("accept-encoding"), "gzip");
  EXPECT_EQ(request.Header("user-agent"), "crlite-sync/" CRLITE_VERSION);
  EXPECT_EQ(request.headers.count("if-none-match"), 0u);
}

TEST(Get, AsksOnlyForWhatIsNew) {
  const WebServer server(Always("HTTP/1.1 304 Not Modified\r\n\r\n"));
  Fetcher fetcher = QuickFetcher();
  const Validator held = {server.url() + "/x", "W/\"v1\"", kDate};
  const Result<Document> document = fetcher.Get(held.url, 5, held);
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(document.value().kind, Kind::kNotModified);
  EXPECT_EQ(document.value().validator.etag, held.etag);
  EXPECT_EQ(server.requests().at(0).Header("if-none-match"), held.etag);
  EXPECT_EQ(server.requests().at(0).Header("if-modified-since"), kDate);
}

TEST(Get, NothingNewCostsLessThan600Bytes) {
  // What nginx and Remote Settings' front end answer.
  const WebServer server(Always(
      "HTTP/1.1 304 Not Modified\r\nServer: nginx/1.22.1\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
      "Last-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\nConnection: keep-alive\r\n"
      "ETag: \"6740a1b2-1a2b3c\"\r\n\r\n"));
  Fetcher fetcher = QuickFetcher();
  const Validator held = {server.url() + "/revocation/changeset.json", "\"6740a1b2-1a2b3c\"",
                          kDate};
  ASSERT_TRUE(fetcher.Get(held.url, 5, held).ok());
  EXPECT_EQ(fetcher.traffic().requests, 1u);
  RecordProperty("bytes",
                 static_cast<int>(fetcher.traffic().sent_bytes + fetcher.traffic().received_bytes));
  EXPECT_GT(fetcher.traffic().sent_bytes, 200u);
  EXPECT_GT(fetcher.traffic().received_bytes, 150u);
  EXPECT_LT(fetcher.traffic().sent_bytes + fetcher.traffic().received_bytes, 600u);
}

TEST(Get, NotModifiedWithoutAnythingHeldIsAnError) {
  const WebServer server(Always("HTTP/1.1 304 Not Modified\r\n\r\n"));
  Fetcher fetcher = QuickFetcher();
  const std::string url = server.url() + "/x";
  EXPECT_EQ(ErrorOf(fetcher.Get(url, 5)), url + ": HTTP status 304, although nothing was held");
  // What is held of another URL does not count.
  ErrorOf(fetcher.Get(url, 5, {server.url() + "/y", "\"v1\"", ""}));
  EXPECT_EQ(server.requests().at(1).Header("if-none-match"), "");
  // Neither does a validator without a value.
  ErrorOf(fetcher.Get(url, 5, {url, "", ""}));
}

TEST(Get, MissingIsNoError) {
  const WebServer server(InTurn({WebAnswer(404, "", "no"), WebAnswer(410, "", "gone")}));
  Fetcher fetcher = QuickFetcher();
  for (int i = 0; i < 2; ++i) {
    const Result<Document> document = fetcher.Get(server.url() + "/x", 5);
    ASSERT_TRUE(document.ok()) << document.error().message;
    EXPECT_EQ(document.value().kind, Kind::kMissing);
  }
  EXPECT_EQ(server.connections(), 1) << "a connection is kept";
}

TEST(Get, OtherStatusesAreErrorsAtOnce) {
  for (const int status : {204, 206, 400, 403, 418}) {
    const WebServer server(Always(WebAnswer(status, "", "")));
    Fetcher fetcher = QuickFetcher();
    EXPECT_EQ(ErrorOf(fetcher.Get(server.url(), 5)),
              server.url() + ": HTTP status " + std::to_string(status) + ", wanted 200");
    EXPECT_EQ(server.requests().size(), 1u);
  }
}

TEST(Get, EndlessErrorPageDoesNotHoldItUp) {
  const WebServer server([](const WebRequest&, WebConnection* connection) {
    connection->Send("HTTP/1.1 403 Forbidden\r\n\r\n");
    while (connection->Send(std::string(10000, 'x'))) {
    }
    return false;
  });
  Fetcher fetcher = QuickFetcher();
  EXPECT_EQ(ErrorOf(fetcher.Get(server.url(), 5)), server.url() + ": HTTP status 403, wanted 200");
}

TEST(Get, LongerBodyIsRefused) {
  const WebServer server(Always(WebAnswer(200, "", "123456")));
  Fetcher fetcher = QuickFetcher();
  EXPECT_TRUE(fetcher.Get(server.url(), 6).ok());
  EXPECT_EQ(ErrorOf(fetcher.Get(server.url(), 5)),
            server.url() + ": more than the 5 bytes that are accepted");
}

TEST(Get, JunkInHeadersIsDropped) {
  const std::string long_tag = "ETag: \"" + std::string(300, 'x') + "\"\r\n";
  const WebServer server(InTurn({
      WebAnswer(200, long_tag + "Last-Modified: caf\xc3\xa9\r\nBackoff: soon\r\n", "a"),
      WebAnswer(200, "ETag: \"a\tb\"\r\nBackoff: -5\r\nRetry-After: yesterday\r\n", "b"),
  }));
  Fetcher fetcher = QuickFetcher();
  for (int i = 0; i < 2; ++i) {
    const Result<Document> document = fetcher.Get(server.url(), 5);
    ASSERT_TRUE(document.ok()) << document.error().message;
    EXPECT_EQ(document.value().validator.etag, "");
    EXPECT_EQ(document.value().validator.last_modified, "");
  }
  EXPECT_EQ(fetcher.wished_pause(), seconds(0));
}

TEST(Get, HeldJunkIsNotSent) {
  const WebServer server(Always(WebAnswer(200, "", "a")));
  Fetcher fetcher = QuickFetcher();
  const Validator held = {server.url(), "\"a\"\r\nX-Smuggled: 1", kDate};
  EXPECT_TRUE(fetcher.Get(server.url(), 5, held).ok());
  EXPECT_EQ(server.requests().at(0).headers.count("x-smuggled"), 0u);
  EXPECT_EQ(server.requests().at(0).headers.count("if-none-match"), 0u);
}

TEST(Get, EndlessHeadersEnd) {
  const WebServer server([](const WebRequest&, WebConnection* connection) {
    connection->Send("HTTP/1.1 200 OK\r\n");
    while (connection->Send("X-Junk: " + std::string(1000, 'x') + "\r\n")) {
    }
    return false;
  });
  Fetcher fetcher = QuickFetcher();
  ErrorOf(fetcher.Get(server.url(), 5));
}

// 20 times "hello, world; ".
constexpr unsigned char kPacked[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff,
                                     0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0x28, 0xcf, 0x2f,
                                     0xca, 0x49, 0xb1, 0x56, 0xc8, 0x18, 0xe5, 0x41, 0x79, 0x00,
                                     0x3c, 0x4c, 0x61, 0x71, 0x18, 0x01, 0x00, 0x00};

// A gzip stream of zero bytes, 258 of them in every 13 bits, without an end.
std::string Bomb(size_t packed_size) {
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  uint32_t bits = 0;
  int num_bits = 0;
  const auto put = [&](std::string_view code) {
    for (char bit : code) {
      bits |= static_cast<uint32_t>(bit - '0') << num_bits;
      if (++num_bits == 8) {
        out.push_back(static_cast<char>(bits));
        bits = 0;
        num_bits = 0;
      }
    }
  };
  put("1"
      "10"
      "00110000");  // last block, fixed codes, a literal 0
  while (out.size() < packed_size)
    put("11000101"
        "00000");  // 258 bytes from 1 before
  return out;
}

TEST(Get, UndoesCompressionAndCountsWhatCame) {
  const std::string packed(reinterpret_cast<const char*>(kPacked), sizeof kPacked);
  const std::string answer = WebAnswer(200, "Content-Encoding: gzip\r\n", packed);
  const WebServer server(Always(answer));
  Fetcher fetcher = QuickFetcher();
  const Result<Document> document = fetcher.Get(server.url(), 280);
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(document.value().body.size(), 280u);
  EXPECT_EQ(document.value().body.substr(0, 14), "hello, world; ");
  EXPECT_EQ(fetcher.traffic().received_bytes, answer.size());
}

TEST(Get, CompressedBombIsBoundedByItsUnpackedSize) {
  constexpr uint64_t kMaxSize = 1 << 20;
  const std::string answer = WebAnswer(200, "Content-Encoding: gzip\r\n", Bomb(1 << 20));
  const WebServer server(Always(answer));
  Fetcher fetcher = QuickFetcher();
  EXPECT_NE(ErrorOf(fetcher.Get(server.url(), kMaxSize)).find("more than the 1048576 bytes"),
            std::string::npos);
  EXPECT_LT(fetcher.traffic().received_bytes, answer.size() / 4) << "read on to the end";
}

TEST(Get, BrokenOffBodyIsTriedAgain) {
  std::atomic<int> requests{0};
  const WebServer server([&](const WebRequest&, WebConnection* connection) {
    if (++requests > 2) return connection->Send(WebAnswer(200, "", "hello"));
    connection->Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
    return false;
  });
  Fetcher fetcher = QuickFetcher();
  const Result<Document> document = fetcher.Get(server.url(), 5);
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(document.value().body, "hello");
  EXPECT_EQ(fetcher.traffic().requests, 3u);
}

TEST(Get, ThreeRetriesAreEnough) {
  const WebServer server(Always(WebAnswer(503, "", "")));
  Fetcher fetcher = QuickFetcher();
  const auto began = steady_clock::now();
  EXPECT_EQ(ErrorOf(fetcher.Get(server.url(), 5)), server.url() + ": HTTP status 503, wanted 200");
  EXPECT_EQ(server.requests().size(), 4u);
  EXPECT_GE(steady_clock::now() - began, milliseconds(500 + 1000 + 2000));
}

TEST(Get, RefusedConnectionIsTriedAgain) {
  std::string url;
  {
    const WebServer gone(Always(""));
    url = gone.url();
  }
  Fetcher fetcher = QuickFetcher(seconds(2));
  const auto began = steady_clock::now();
  EXPECT_NE(ErrorOf(fetcher.Get(url, 5)).find(url + ": "), std::string::npos);
  EXPECT_GE(steady_clock::now() - began, milliseconds(500));
  EXPECT_EQ(fetcher.traffic().requests, 0u);
}

TEST(Get, ShortRetryAfterIsWaitedFor) {
  const WebServer server(
      InTurn({WebAnswer(429, "Retry-After: 2\r\n", ""), WebAnswer(200, "", "hello")}));
  Fetcher fetcher = QuickFetcher();
  const auto began = steady_clock::now();
  EXPECT_TRUE(fetcher.Get(server.url(), 5).ok());
  EXPECT_GE(steady_clock::now() - began, seconds(2));
  EXPECT_EQ(fetcher.wished_pause(), seconds(2));
}

TEST(Get, RetryAfterBeyondTheTimeLimitEndsIt) {
  const WebServer server(Always(WebAnswer(503, "Retry-After: 3600\r\n", "")));
  Fetcher fetcher = QuickFetcher(seconds(10));
  const auto began = steady_clock::now();
  EXPECT_EQ(ErrorOf(fetcher.Get(server.url(), 5)),
            server.url() +
                ": HTTP status 503, wanted 200; the server asks to be left alone for 3600 s, and "
                "only 10 s are left for this source; try again after that");
  EXPECT_NE(ErrorOf(fetcher.Get(server.url() + "/y", 5)).find("left alone"), std::string::npos);
  EXPECT_LT(steady_clock::now() - began, seconds(2));
  EXPECT_EQ(server.requests().size(), 1u) << "and nothing else is asked of that server";
  EXPECT_EQ(fetcher.wished_pause(), seconds(3600));
}

TEST(Get, RetryAfterMayBeADate) {
  const time_t then = time(nullptr) + 2;
  char date[64];
  tm parts;
  strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &parts));
  const WebServer server(InTurn({WebAnswer(503, std::string("Retry-After: ") + date + "\r\n", ""),
                                 WebAnswer(200, "", "hello")}));
  Fetcher fetcher = QuickFetcher();
  const auto began = steady_clock::now();
  EXPECT_TRUE(fetcher.Get(server.url(), 5).ok());
  EXPECT_GE(steady_clock::now() - began, seconds(1));
  EXPECT_GE(fetcher.wished_pause(), seconds(1));
}

TEST(Get, BackoffOfAGoodAnswerIsRemembered) {
  const WebServer server(
      InTurn({WebAnswer(200, "Backoff: 1800\r\n", "a"), WebAnswer(200, "Backoff: 60\r\n", "b"),
              WebAnswer(200, "Backoff: 18446744073709551616\r\n", "c"),
              WebAnswer(200, "Backoff: 18446744073709551615\r\n", "d")}));
  Fetcher fetcher = QuickFetcher();
  EXPECT_TRUE(fetcher.Get(server.url(), 5).ok());
  EXPECT_EQ(fetcher.wished_pause(), seconds(1800));
  EXPECT_TRUE(fetcher.Get(server.url(), 5).ok()) << "it is for the next run";
  EXPECT_EQ(fetcher.wished_pause(), seconds(1800));
  EXPECT_TRUE(fetcher.Get(server.url(), 5).ok());
  EXPECT_EQ(fetcher.wished_pause(), seconds(1800));
  EXPECT_TRUE(fetcher.Get(server.url(), 5).ok());
  EXPECT_EQ(fetcher.wished_pause(), seconds(86400)) << "a day at most";
}

TEST(Get, RequestThatTimedOutIsNotRepeated) {
  const WebServer server([](const WebRequest&, WebConnection* connection) {
    connection->WaitForTheEnd();
    return false;
  });
  Fetcher fetcher({.total = seconds(60), .request = seconds(1)}, {}, nullptr);
  const auto began = steady_clock::now();
  EXPECT_NE(ErrorOf(fetcher.Get(server.url(), 100)).find("timed out"), std::string::npos);
  EXPECT_LT(steady_clock::now() - began, seconds(3));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(Get, TotalTimeLimitHoldsOverRequestsAndPauses) {
  const WebServer server(Always(WebAnswer(500, "", "")));
  Fetcher fetcher = QuickFetcher(seconds(1));
  const auto began = steady_clock::now();
  ErrorOf(fetcher.Get(server.url(), 100));
  EXPECT_LE(server.requests().size(), 2u);
  std::this_thread::sleep_until(began + milliseconds(1050));
  EXPECT_EQ(ErrorOf(fetcher.Get(server.url() + "/y", 100)),
            server.url() + "/y: no time left for this source");
  EXPECT_LT(steady_clock::now() - began, seconds(2));
}

TEST(Get, RedirectsLeadToHttpsAlone) {
  const WebServer target(Always(WebAnswer(200, "", "hello")));
  const WebServer server(Always(WebAnswer(302, "Location: " + target.url() + "/x\r\n", "")));
  Fetcher fetcher = QuickFetcher();
  EXPECT_EQ(ErrorOf(fetcher.Get(server.url(), 5)),
            server.url() + ": redirected to a URL that is not https, which is not followed");
  EXPECT_EQ(target.connections(), 0);
}

}  // namespace
}  // namespace crlite
