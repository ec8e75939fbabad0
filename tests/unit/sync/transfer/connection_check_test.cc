// Our own connections: only a certain Revoked refuses.
#include "sync/transfer/connection_check.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "cascade/base/file.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/mapped_snapshot.h"
#include "sync/transfer/fetcher.h"
#include "tests/hook/pki.h"
#include "tests/support/clubcards.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/web_server.h"

namespace crlite {
namespace {

using hook::Certificate;

constexpr uint8_t kGood = 0x01, kRevoked = 0x02;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

TlsContext ContextOf(const Certificate& leaf, int max_version = TLS1_3_VERSION) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  EXPECT_EQ(SSL_CTX_use_certificate(context.get(), leaf.x509.get()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), leaf.key.get()), 1);
  SSL_CTX_set_max_proto_version(context.get(), max_version);
  return context;
}

// A root that our requests trust, a server of it, and a snapshot that knows one revoked serial.
class ConnectionCheckTest : public testing::Test {
 protected:
  ConnectionCheckTest() : root_(hook::MakeRoot()) {
    const std::string path = folder_.path() + "/root.pem";
    FILE* const file = fopen(path.c_str(), "we");
    EXPECT_EQ(PEM_write_X509(file, root_.x509.get()), 1);
    fclose(file);
    setenv("SSL_CERT_FILE", path.c_str(), 1);
    unsetenv("SSL_CERT_DIR");
  }
  ~ConnectionCheckTest() override { unsetenv("SSL_CERT_FILE"); }

  Certificate Leaf(uint8_t serial, const std::string& host = "localhost") const {
    hook::CertificateOptions options;
    options.subject = host;
    options.serial = {serial};
    return hook::Issue(&root_, options);
  }

  std::vector<uint8_t> CompileFor(const Policy& policy) const {
    const Clubcard card = RevokingClubcard(root_.SpkiHash(), hook::kTestLog, {{kRevoked}});
    SnapshotInput input;
    input.filters.push_back({"test-filter", {}, 0, &card});
    input.policy = policy;
    input.data_time_ms = 1;  // long stale
    return std::move(CompileSnapshot(input)).value();
  }

  void Publish(const std::vector<uint8_t>& content) const {
    EXPECT_TRUE(WriteFileAtomically(snapshot_, content, 0644).ok());
  }
  void PublishFor(Mode mode, bool insist = false) const {
    Policy policy;
    policy.mode = mode;
    policy.insist = insist;
    policy.stale = policy.damaged = policy.never_provisioned = Action::kDeny;
    Publish(CompileFor(policy));
  }

  // What a request to a server with this certificate comes to.
  Result<Document> Ask(const Certificate& leaf, int max_version = TLS1_3_VERSION) const {
    const TlsContext context = ContextOf(leaf, max_version);
    const WebServer server(
        [](const WebRequest&, WebConnection* connection) {
          return connection->Send(WebAnswer(200, "", "hello"));
        },
        context.get());
    const ConnectionCheck check(snapshot_);
    Fetcher fetcher({.total = std::chrono::seconds(20)}, {}, &check);
    return fetcher.Get(server.url(), 5);
  }
  bool Accepts(const Certificate& leaf) const {
    const Result<Document> document = Ask(leaf);
    return document.ok() && document.value().body == "hello";
  }

  const TemporaryDirectory folder_;
  const std::string snapshot_ = folder_.path() + "/snapshot";
  const Certificate root_;
};

TEST_F(ConnectionCheckTest, RefusesARevokedServerAndSaysSo) {
  PublishFor(Mode::kEnforce);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Result<Document> document = Ask(Leaf(kRevoked), version);
    ASSERT_FALSE(document.ok());
    EXPECT_EQ(document.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(document.error().message.find("certificate revoked"), std::string::npos)
        << document.error().message;
  }
  EXPECT_TRUE(Accepts(Leaf(kGood)));
}

TEST_F(ConnectionCheckTest, InsistingRefusesAsWell) {
  PublishFor(Mode::kEnforce, /*insist=*/true);
  EXPECT_FALSE(Accepts(Leaf(kRevoked)));
}

TEST_F(ConnectionCheckTest, ShadowAndOffRefuseNothing) {
  for (const Mode mode : {Mode::kShadow, Mode::kOff}) {
    PublishFor(mode);
    EXPECT_TRUE(Accepts(Leaf(kRevoked)));
  }
}

TEST_F(ConnectionCheckTest, WithoutASnapshotEverybodyIsAccepted) {
  EXPECT_TRUE(Accepts(Leaf(kRevoked)));
}

TEST_F(ConnectionCheckTest, DamagedSnapshotLocksNobodyOut) {
  Policy policy;
  policy.damaged = Action::kDeny;
  const std::vector<uint8_t> whole = CompileFor(policy);
  std::vector<uint8_t> damaged(whole.begin(), whole.end() - 1);
  Publish(damaged);
  EXPECT_TRUE(Accepts(Leaf(kRevoked)));
  // Header and section table are right, the rest is not: it contradicts itself when asked.
  damaged = whole;
  constexpr size_t kHeadSize = 512;  // and a bit more
  ASSERT_GT(damaged.size(), kHeadSize);
  std::fill(damaged.begin() + kHeadSize, damaged.end(), 0xff);
  Publish(damaged);
  EXPECT_TRUE(MappedSnapshot::Open(snapshot_).ok());
  EXPECT_TRUE(Accepts(Leaf(kRevoked)));
  EXPECT_TRUE(Accepts(Leaf(kGood)));
}

TEST_F(ConnectionCheckTest, SnapshotThatOthersCouldHaveWrittenIsNotAsked) {
  PublishFor(Mode::kEnforce);
  ASSERT_EQ(chmod(snapshot_.c_str(), 0666), 0);
  EXPECT_TRUE(Accepts(Leaf(kRevoked)));
}

TEST_F(ConnectionCheckTest, UsualVerificationStaysInForce) {
  PublishFor(Mode::kEnforce);
  const Certificate stranger = hook::MakeRoot("stranger");
  hook::CertificateOptions options;
  options.subject = "localhost";
  const Result<Document> unknown = Ask(hook::Issue(&stranger, options));
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("issuer certificate"), std::string::npos)
      << unknown.error().message;
  const Result<Document> elsewhere = Ask(Leaf(kGood, "elsewhere.test"));
  ASSERT_FALSE(elsewhere.ok());
  EXPECT_NE(elsewhere.error().message.find("localhost"), std::string::npos)
      << elsewhere.error().message;
  // Of a chain that is not authenticated nothing is asked, not even whether it is revoked.
  options.serial = {kRevoked};
  options.extended_key_usage = "clientAuth";
  const Result<Document> client = Ask(hook::Issue(&root_, options));
  ASSERT_FALSE(client.ok());
  EXPECT_NE(client.error().message.find("purpose"), std::string::npos) << client.error().message;
  options.extended_key_usage.clear();
  options.not_after = time(nullptr) - 60;
  const Result<Document> expired = Ask(hook::Issue(&root_, options));
  ASSERT_FALSE(expired.ok());
  EXPECT_NE(expired.error().message.find("expired"), std::string::npos) << expired.error().message;
}

TEST_F(ConnectionCheckTest, LeafWithoutSctIsNotAsked) {
  PublishFor(Mode::kEnforce);
  hook::CertificateOptions options;
  options.subject = "localhost";
  options.serial = {kRevoked};
  options.sct_extension.reset();
  EXPECT_TRUE(Accepts(hook::Issue(&root_, options)));
}

TEST_F(ConnectionCheckTest, RedirectsToHttpsAreFollowedAndChecked) {
  PublishFor(Mode::kEnforce);
  const TlsContext good = ContextOf(Leaf(kGood)), revoked = ContextOf(Leaf(kRevoked));
  const auto hello = [](const WebRequest&, WebConnection* connection) {
    return connection->Send(WebAnswer(200, "", "hello"));
  };
  const WebServer good_server(hello, good.get()), revoked_server(hello, revoked.get());
  const WebServer first([&](const WebRequest& request, WebConnection* connection) {
    const WebServer& target = request.target == "/good" ? good_server : revoked_server;
    return connection->Send(WebAnswer(302, "Location: " + target.url() + "/x\r\n", ""));
  });
  const ConnectionCheck check(snapshot_);
  Fetcher fetcher({}, {}, &check);
  const Result<Document> document = fetcher.Get(first.url() + "/good", 5);
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(document.value().body, "hello");
  EXPECT_EQ(document.value().validator.url, first.url() + "/good");
  EXPECT_EQ(fetcher.traffic().requests, 2u);
  const Result<Document> refused = fetcher.Get(first.url() + "/revoked", 5);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("certificate revoked"), std::string::npos);
}

TEST_F(ConnectionCheckTest, SixthRedirectIsNotFollowed) {
  const TlsContext context = ContextOf(Leaf(kGood));
  const WebServer server(
      [](const WebRequest& request, WebConnection* connection) {
        const int left = request.target[1] - '0';
        if (left == 0) return connection->Send(WebAnswer(200, "", "hello"));
        return connection->Send(
            WebAnswer(302, "Location: /" + std::to_string(left - 1) + "\r\n", ""));
      },
      context.get());
  Fetcher fetcher({}, {}, nullptr);
  EXPECT_TRUE(fetcher.Get(server.url() + "/5", 5).ok());
  const Result<Document> refused = fetcher.Get(server.url() + "/6", 5);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("Maximum (5) redirects followed"), std::string::npos);
}

}  // namespace
}  // namespace crlite
