#include "sync/transfer/fetcher.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "sync/verbs.h"
#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// A web server on loopback that accepts and never answers. Counts its connections.
class SilentServer {
 public:
  SilentServer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_, generic, size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    EXPECT_EQ(getsockname(listener_, generic, &size), 0);
    url_ = fmt::format("http://127.0.0.1:{}/", ntohs(address.sin_port));
    thread_ = std::thread([this] { Accept(); });
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() {
    stopped_ = true;
    thread_.join();
    close(listener_);
    for (int fd : accepted_) close(fd);
  }

  const std::string& url() const { return url_; }
  int connections() const { return connections_; }

 private:
  void Accept() {
    while (!stopped_) {
      pollfd waiting = {listener_, POLLIN, 0};
      if (poll(&waiting, 1, 50) != 1) continue;
      accepted_.push_back(accept(listener_, nullptr, nullptr));
      ++connections_;
    }
  }

  const int listener_;
  std::string url_;
  std::vector<int> accepted_;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

TEST(Fetcher, RequestThatTimedOutIsNotRepeated) {
  const SilentServer server;
  Fetcher fetcher({}, {.total = seconds(60), .request = seconds(1)});
  const auto began = steady_clock::now();
  const Result<std::vector<uint8_t>> body = fetcher.Get(server.url(), 100);
  ASSERT_FALSE(body.ok());
  EXPECT_EQ(body.error().code, ErrorCode::kUnavailable);
  EXPECT_LT(steady_clock::now() - began, seconds(3));
  EXPECT_EQ(server.connections(), 1);
}

TEST(Fetch, SlowSourceTakesNoTimeFromTheNext) {
  const TemporaryDirectory directory;
  const SilentServer slow, next;
  Config config = DefaultConfig();
  config.state_dir = directory.path() + "/state";
  for (const SilentServer* server : {&slow, &next}) {
    config.sources.push_back({SourceType::kManifest, server->url(), /*require_signature=*/false});
  }
  SyncOptions options;
  options.time_limits = {.total = seconds(1), .request = seconds(1)};
  Console console;
  EXPECT_FALSE(Fetch(config, options, &console).ok());
  EXPECT_EQ(slow.connections(), 1);
  EXPECT_EQ(next.connections(), 1) << "the second source was not asked";
}

}  // namespace
}  // namespace crlite
