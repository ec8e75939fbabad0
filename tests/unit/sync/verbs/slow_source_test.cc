#include <gtest/gtest.h>

#include "sync/verbs.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/web_server.h"

namespace crlite {
namespace {

TEST(Fetch, SlowSourceTakesNoTimeFromTheNext) {
  const auto never_answer = [](const WebRequest&, WebConnection* connection) {
    connection->WaitForTheEnd();
    return false;
  };
  const TemporaryDirectory directory;
  const WebServer slow(never_answer), next(never_answer);
  Config config = DefaultConfig();
  config.state_dir = directory.path() + "/state";
  config.sources.clear();  // loopback only
  for (const WebServer* server : {&slow, &next}) {
    SourceConfig source;
    source.type = SourceType::kManifest;
    source.location = server->url() + "/";
    source.require_signature = false;
    config.sources.push_back(source);
  }
  SyncOptions options;
  options.time_limits = {.total = std::chrono::seconds(1), .request = std::chrono::seconds(1)};
  Console console("crlite-sync");
  RunRecord record;
  EXPECT_FALSE(Fetch(config, options, &console, &record).ok());
  EXPECT_EQ(slow.connections(), 1);
  EXPECT_EQ(next.connections(), 1) << "the second source was not asked";
}

}  // namespace
}  // namespace crlite
