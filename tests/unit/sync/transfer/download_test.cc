// Files: in parallel, continued, checked, never in the way of what lies there.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "cascade/base/file.h"
#include "sync/transfer/fetcher.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/web_server.h"

namespace crlite {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

std::string MakeContent(size_t size) {
  std::mt19937 random(1);
  std::string content(size, '\0');
  for (char& c : content) c = static_cast<char>(random());
  return content;
}

Sha256Digest HashOf(const std::string& content) {
  return Sha256::Hash({reinterpret_cast<const uint8_t*>(content.data()), content.size()});
}

// Serves one content to everybody, as a web server does.
WebServer::Handler Serving(const std::string& content) {
  return [content](const WebRequest& request, WebConnection* connection) {
    const std::string range = request.Header("range");
    if (range.empty()) return connection->Send(WebAnswer(200, "", content));
    const size_t from = std::stoul(range.substr(6));
    if (from >= content.size()) return connection->Send(WebAnswer(416, "", ""));
    const std::string line = "Content-Range: bytes " + std::to_string(from) + "-" +
                             std::to_string(content.size() - 1) + "/" +
                             std::to_string(content.size()) + "\r\n";
    return connection->Send(WebAnswer(206, line, content.substr(from)));
  };
}

// A folder, and what is fetched into it.
class Download : public testing::Test {
 protected:
  std::string PathOf(const std::string& name) const { return folder_.path() + "/" + name; }

  FileRequest RequestFor(const WebServer& server, const std::string& content = {}) const {
    return {server.url() + "/f", PathOf("f"), (content.empty() ? content_ : content).size(),
            HashOf(content.empty() ? content_ : content)};
  }

  Status Fetch(const FileRequest& request, seconds total = seconds(60)) {
    Fetcher fetcher(
        {.total = total, .request = total}, [this](uint64_t n) { bytes_told_ += n; }, nullptr);
    const std::vector<Status> results = fetcher.Download({request});
    EXPECT_EQ(results.size(), 1u);
    return results.at(0);
  }

  std::string ErrorOf(const FileRequest& request, ErrorCode code = ErrorCode::kUnavailable,
                      seconds total = seconds(60)) {
    const Status status = Fetch(request, total);
    EXPECT_FALSE(status.ok());
    if (status.ok()) return "";
    EXPECT_EQ(status.error().code, code);
    return status.error().message;
  }

  void Put(const std::string& content) const {
    std::ofstream(PathOf("f"), std::ios::binary) << content;
  }
  std::string Read(const std::string& name = "f") const {
    const auto bytes = ReadFile(PathOf(name), 1 << 24);
    return bytes.ok() ? std::string(bytes.value().begin(), bytes.value().end()) : "(none)";
  }
  bool Exists() const { return access(PathOf("f").c_str(), F_OK) == 0; }

  const TemporaryDirectory folder_;
  const std::string content_ = MakeContent(300'000);
  uint64_t bytes_told_ = 0;
};

TEST_F(Download, BringsAFile) {
  const WebServer server(Serving(content_));
  const Status done = Fetch(RequestFor(server));
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(Read(), content_);
  EXPECT_EQ(bytes_told_, content_.size());
  EXPECT_EQ(server.requests().at(0).headers.count("range"), 0u);
  EXPECT_EQ(server.requests().at(0).headers.count("accept-encoding"), 0u) << "bytes as they are";
}

TEST_F(Download, WithoutAHashAnythingShortEnoughIsTaken) {
  const WebServer server(Serving("patch"));
  Put("half of an older answer");
  EXPECT_TRUE(Fetch({server.url(), PathOf("f"), 1000, std::nullopt}).ok());
  EXPECT_EQ(Read(), "patch");
  EXPECT_EQ(server.requests().at(0).headers.count("range"), 0u);
}

TEST_F(Download, ManyAtOnceButNotMoreThanSix) {
  std::atomic<int> answered{0};
  const WebServer server([&](const WebRequest& request, WebConnection* connection) {
    // Connections are shared where the server can, which the first answer shows.
    if (answered++ != 0) std::this_thread::sleep_for(milliseconds(150));
    return connection->Send(WebAnswer(200, "", request.target));
  });
  std::vector<FileRequest> requests;
  for (int i = 0; i < 30; ++i) {
    const std::string name = std::to_string(i);
    requests.push_back(
        {server.url() + "/" + name, PathOf(name), 1 + name.size(), HashOf("/" + name)});
  }
  Fetcher fetcher({}, {}, nullptr);
  const std::vector<Status> results = fetcher.Download(requests);
  ASSERT_EQ(results.size(), requests.size());
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_TRUE(results[i].ok()) << results[i].error().message;
    EXPECT_EQ(Read(std::to_string(i)), "/" + std::to_string(i));
  }
  EXPECT_EQ(server.most_at_once(), 6);
  EXPECT_LE(server.connections(), 6);
  EXPECT_EQ(fetcher.traffic().requests, 30u);
}

TEST_F(Download, TellsOfEachFile) {
  const WebServer server([](const WebRequest& request, WebConnection* connection) {
    return connection->Send(request.target == "/missing" ? WebAnswer(404, "", "no")
                                                         : WebAnswer(200, "", "good"));
  });
  Fetcher fetcher({}, {}, nullptr);
  const std::vector<Status> results =
      fetcher.Download({{server.url() + "/1", PathOf("1"), 4, HashOf("good")},
                        {server.url() + "/missing", PathOf("2"), 4, HashOf("good")},
                        {server.url() + "/3", PathOf("3"), 4, HashOf("evil")},
                        {server.url() + "/4", PathOf("4"), 4, HashOf("good")}});
  EXPECT_TRUE(results[0].ok());
  EXPECT_EQ(results[1].error().message, server.url() + "/missing: HTTP status 404, wanted 200");
  EXPECT_NE(results[2].error().message.find(server.url() + "/3: SHA-256 is "), std::string::npos);
  EXPECT_TRUE(results[3].ok());
  EXPECT_EQ(Read("2"), "(none)");
  EXPECT_EQ(Read("3"), "(none)");
  EXPECT_EQ(Read("4"), "good");
}

TEST_F(Download, ContinuesAPart) {
  const WebServer server(Serving(content_));
  Put(content_.substr(0, 100'000));
  ASSERT_TRUE(Fetch(RequestFor(server)).ok());
  EXPECT_EQ(Read(), content_);
  EXPECT_EQ(server.requests().at(0).Header("range"), "bytes=100000-");
  EXPECT_EQ(bytes_told_, 200'000u);
}

TEST_F(Download, PartOfAServerWithoutRangesBeginsAnew) {
  const WebServer server([this](const WebRequest&, WebConnection* connection) {
    return connection->Send(WebAnswer(200, "", content_));
  });
  Put(content_.substr(0, 100'000));
  ASSERT_TRUE(Fetch(RequestFor(server)).ok());
  EXPECT_EQ(Read(), content_);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(Download, PartBeyondTheServersEndBeginsAnew) {
  const std::string shorter = content_.substr(0, 50'000);
  const WebServer server(Serving(shorter));
  Put(content_.substr(0, 100'000));
  EXPECT_EQ(ErrorOf(RequestFor(server)), server.url() + "/f: 50000 bytes, wanted 300000");
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests()[1].headers.count("range"), 0u);
  EXPECT_FALSE(Exists());
}

TEST_F(Download, WrongPartIsFetchedOnceMore) {
  const WebServer server(Serving(content_));
  Put(std::string(100'000, 'x'));
  ASSERT_TRUE(Fetch(RequestFor(server)).ok());
  EXPECT_EQ(Read(), content_);
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests()[1].headers.count("range"), 0u);
}

TEST_F(Download, WrongBytesOnceMoreAreTheEnd) {
  std::string wrong = content_;
  wrong[200'000] ^= 1;
  const WebServer server(Serving(wrong));
  Put(content_.substr(0, 100'000));
  EXPECT_NE(ErrorOf(RequestFor(server)).find(": SHA-256 is "), std::string::npos);
  EXPECT_EQ(server.requests().size(), 2u);
  EXPECT_FALSE(Exists());
  // Without a part there is no reason to try again.
  ErrorOf(RequestFor(server));
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(Download, WholePartNeedsNoRequest) {
  const WebServer server(Serving(content_));
  Put(content_);
  ASSERT_TRUE(Fetch(RequestFor(server)).ok());
  EXPECT_EQ(server.connections(), 0);
  for (const std::string& wrong : {std::string(content_.size(), 'x'), content_ + "x"}) {
    Put(wrong);
    ASSERT_TRUE(Fetch(RequestFor(server)).ok());
    EXPECT_EQ(Read(), content_);
  }
}

TEST_F(Download, AnotherPartThanAskedForBeginsAnew) {
  for (const char* range :
       {"Content-Range: bytes 99999-299998/300000\r\n", "Content-Range: bytes 100000\r\n",
        "Content-Range: 100000-2/3\r\n", "Content-Range: bytes 99999999999999999999-3/4\r\n", ""}) {
    const WebServer server([&](const WebRequest& request, WebConnection* connection) {
      return connection->Send(request.headers.count("range") != 0
                                  ? WebAnswer(206, range, content_.substr(100'000))
                                  : WebAnswer(200, "", content_));
    });
    Put(content_.substr(0, 100'000));
    ASSERT_TRUE(Fetch(RequestFor(server)).ok()) << range;
    EXPECT_EQ(Read(), content_);
    EXPECT_EQ(server.requests().size(), 2u);
  }
}

TEST_F(Download, PartThatNobodyAskedForIsRefused) {
  const WebServer server([&](const WebRequest&, WebConnection* connection) {
    return connection->Send(WebAnswer(206, "Content-Range: bytes 0-299999/300000\r\n", content_));
  });
  EXPECT_NE(ErrorOf(RequestFor(server)).find("another part of the file"), std::string::npos);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(Download, BrokenOffTransferIsContinuedInTheSameRun) {
  std::atomic<int> requests{0};
  const auto serve = Serving(content_);
  const WebServer server([&](const WebRequest& request, WebConnection* connection) {
    if (++requests > 1) return serve(request, connection);
    connection->Send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
    connection->Send(content_.substr(0, 120'000));
    return false;
  });
  ASSERT_TRUE(Fetch(RequestFor(server)).ok());
  EXPECT_EQ(Read(), content_);
  EXPECT_EQ(server.requests().at(1).Header("range"), "bytes=120000-");
  EXPECT_EQ(bytes_told_, content_.size());
}

TEST_F(Download, BodyThatGoesOnBreakingOffIsGivenUpAndItsPartStays) {
  const WebServer server([&](const WebRequest&, WebConnection* connection) {
    connection->Send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n0123456789");
    return false;
  });
  EXPECT_NE(ErrorOf(RequestFor(server)).find("transfer closed"), std::string::npos);
  EXPECT_EQ(server.requests().size(), 4u);
  EXPECT_EQ(Read(), "0123456789");
}

TEST_F(Download, SlowBodyEndsAtTheTimeLimitAndItsPartStays) {
  const WebServer server([&](const WebRequest&, WebConnection* connection) {
    connection->Send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
    while (connection->Send("x")) std::this_thread::sleep_for(milliseconds(20));
    return false;
  });
  const auto began = steady_clock::now();
  const std::string error = ErrorOf(RequestFor(server), ErrorCode::kUnavailable, seconds(1));
  EXPECT_NE(error.find("timed out"), std::string::npos) << error;
  EXPECT_LT(steady_clock::now() - began, seconds(3));
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(Read().substr(0, 5), "xxxxx");
}

TEST_F(Download, LongerBodyIsRefusedAsSoonAsItShows) {
  const WebServer server([&](const WebRequest&, WebConnection* connection) {
    connection->Send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection->Send(std::string(10'000, 'x'))) {
    }
    return false;
  });
  EXPECT_EQ(ErrorOf(RequestFor(server)),
            server.url() + "/f: more than the 300000 bytes that are accepted");
  EXPECT_FALSE(Exists());
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(Download, ServerErrorKeepsThePart) {
  const WebServer server([&](const WebRequest&, WebConnection* connection) {
    return connection->Send(WebAnswer(500, "Retry-After: 9000\r\n", "sorry"));
  });
  Put("0123456789");
  ErrorOf(RequestFor(server));
  EXPECT_EQ(Read(), "0123456789");
}

TEST_F(Download, FullDiskIsTheDisksFaultAndLeavesNoPart) {
  const WebServer server(Serving(content_));
  // The write fails as on a full disk, with another errno.
  signal(SIGXFSZ, SIG_IGN);
  rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small = {100'000, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status done = Fetch(RequestFor(server));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::kIo);
  EXPECT_EQ(done.error().message, PathOf("f") + ": cannot write: File too large");
  EXPECT_EQ(server.requests().size(), 1u) << "another attempt would meet the same disk";
  EXPECT_FALSE(Exists());
}

TEST_F(Download, LinksAndOtherThingsAtThePathAreRefused) {
  const WebServer server(Serving(content_));
  const std::string victim = PathOf("victim");
  std::ofstream(victim) << "precious";
  ASSERT_EQ(symlink(victim.c_str(), PathOf("f").c_str()), 0);
  EXPECT_NE(ErrorOf(RequestFor(server), ErrorCode::kIo).find(PathOf("f") + ": cannot open"),
            std::string::npos);
  ASSERT_EQ(unlink(PathOf("f").c_str()), 0);

  ASSERT_EQ(link(victim.c_str(), PathOf("f").c_str()), 0);
  EXPECT_NE(ErrorOf(RequestFor(server), ErrorCode::kIo).find("no other name"), std::string::npos);
  EXPECT_EQ(Read("victim"), "precious");
  ASSERT_EQ(unlink(PathOf("f").c_str()), 0);

  ASSERT_EQ(mkfifo(PathOf("f").c_str(), 0600), 0);
  EXPECT_NE(ErrorOf(RequestFor(server), ErrorCode::kIo).find("not a regular file"),
            std::string::npos);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(Download, FolderThatIsNotThereIsTheDisksFault) {
  const WebServer server(Serving(content_));
  FileRequest request = RequestFor(server);
  request.path = PathOf("nowhere/f");
  EXPECT_NE(ErrorOf(request, ErrorCode::kIo).find("No such file"), std::string::npos);
}

TEST_F(Download, OfRootBelongsToTheFoldersOwner) {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: needs root";
  constexpr uid_t kOwner = 4711, kStranger = 4712;
  ASSERT_EQ(chown(folder_.path().c_str(), kOwner, kOwner), 0);
  const WebServer server(Serving(content_));
  ASSERT_TRUE(Fetch(RequestFor(server)).ok());
  struct stat status;
  ASSERT_EQ(stat(PathOf("f").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, kOwner);
  // What he has begun is continued; a stranger's file is not touched.
  Put(content_.substr(0, 1000));
  EXPECT_TRUE(Fetch(RequestFor(server)).ok());
  ASSERT_EQ(chown(PathOf("f").c_str(), kStranger, kStranger), 0);
  EXPECT_NE(ErrorOf(RequestFor(server), ErrorCode::kIo).find("of this user"), std::string::npos);
}

TEST_F(Download, PauseThatIsTooLongIsGivenToAllFiles) {
  const WebServer server([&](const WebRequest&, WebConnection* connection) {
    return connection->Send(WebAnswer(429, "Retry-After: 9000\r\n", ""));
  });
  std::vector<FileRequest> requests(30, RequestFor(server));
  for (size_t i = 0; i < requests.size(); ++i) requests[i].path = PathOf(std::to_string(i));
  Fetcher fetcher({}, {}, nullptr);
  for (const Status& status : fetcher.Download(requests)) {
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.error().message.find("left alone"), std::string::npos);
  }
  EXPECT_LE(server.requests().size(), 6u);
}

}  // namespace
}  // namespace crlite
