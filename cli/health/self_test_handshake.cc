#include "cli/health/self_test_handshake.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>

#include "cascade/base/file.h"
#include "cli/health/self_test_pki.h"

namespace crlite {
namespace {

constexpr std::chrono::seconds kTimeLimit(5);

struct SslDeleter {
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
};
using OwnedSsl = std::unique_ptr<SSL, SslDeleter>;
using OwnedSslContext = std::unique_ptr<SSL_CTX, SslDeleter>;

Handshake Failed(std::string error) {
  Handshake handshake;
  handshake.error = std::move(error);
  return handshake;
}

// Both ends of a connection, non-blocking.
struct Connection {
  std::unique_ptr<Descriptor> client, server;
};

// Not over loopback: whoever else connects to the port first would be served in place of us, and a
// machine may have no loopback.
Result<Connection> Connect() {
  std::array<int, 2> ends;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    return IoError("socket pair", "cannot be made", errno);
  }
  return Connection{std::make_unique<Descriptor>(ends[0]), std::make_unique<Descriptor>(ends[1])};
}

OwnedSslContext ServerContext(const SelfTestPki& pki) {
  OwnedSslContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return nullptr;
  // Without this libssl verifies the server's own chain, and the refusal is reported twice.
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  const bool is_set_up = SSL_CTX_use_certificate(context.get(), pki.server.get()) == 1 &&
                         SSL_CTX_use_PrivateKey(context.get(), pki.server_key.get()) == 1 &&
                         SSL_CTX_add1_chain_cert(context.get(), pki.issuer.get()) == 1;
  return is_set_up ? std::move(context) : nullptr;
}

OwnedSslContext ClientContext(const SelfTestPki& pki) {
  OwnedSslContext context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return nullptr;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const bool is_set_up =
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), pki.root.get()) == 1;
  return is_set_up ? std::move(context) : nullptr;
}

// One step of one end.
enum class Step { kDone, kWaiting, kFailed };

Step Advance(SSL* ssl) {
  const int result = SSL_do_handshake(ssl);
  if (result == 1) return Step::kDone;
  const int error = SSL_get_error(ssl, result);
  const bool is_waiting = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  return is_waiting ? Step::kWaiting : Step::kFailed;
}

// Waits until either end has something to read. Handshakes are far smaller than socket buffers, so
// nobody waits for writing.
void Wait(const Connection& connection) {
  pollfd ends[] = {{connection.client->get(), POLLIN, 0}, {connection.server->get(), POLLIN, 0}};
  poll(ends, 2, 1000);
}

// Runs both ends until the client knows. The server's failure is the client's too, so only the
// client's end counts.
Handshake Run(const Connection& connection, SSL* client, SSL* server) {
  const auto end = std::chrono::steady_clock::now() + kTimeLimit;
  Step server_step = Step::kWaiting;
  for (;;) {
    ERR_clear_error();
    const Step step = Advance(client);
    if (step != Step::kWaiting) {
      Handshake handshake;
      handshake.completed = step == Step::kDone;
      const bool has_certificate = SSL_get0_peer_certificate(client) != nullptr;
      const int result = static_cast<int>(SSL_get_verify_result(client));
      // A handshake that failed before the certificate says X509_V_OK, too.
      if (handshake.completed || has_certificate || result != X509_V_OK) {
        handshake.verify_result = result;
      }
      if (!handshake.completed && handshake.verify_result <= X509_V_OK) {
        handshake.error = "the TLS handshake failed: " + TakeOpensslErrors();
      }
      return handshake;
    }
    if (server_step == Step::kWaiting) {
      ERR_clear_error();
      server_step = Advance(server);
      if (server_step == Step::kFailed) {
        return Failed("the TLS server failed: " + TakeOpensslErrors());
      }
    }
    if (std::chrono::steady_clock::now() > end) return Failed("the TLS handshake did not end");
    Wait(connection);
  }
}

}  // namespace

bool Handshake::IsRefusedAsRevoked() const {
  return !completed && verify_result == X509_V_ERR_CERT_REVOKED;
}

Handshake RunSelfTestHandshake(Bytes serial) {
  const Result<SelfTestPki> pki = MakeSelfTestPki(serial);
  if (!pki) return Failed(pki.error().message);
  const OwnedSslContext server_context = ServerContext(*pki), client_context = ClientContext(*pki);
  if (server_context == nullptr || client_context == nullptr) {
    return Failed("TLS cannot be set up: " + TakeOpensslErrors());
  }
  const Result<Connection> connection = Connect();
  if (!connection) return Failed(connection.error().message);
  const OwnedSsl server(SSL_new(server_context.get())), client(SSL_new(client_context.get()));
  if (server == nullptr || client == nullptr ||
      SSL_set_fd(server.get(), connection->server->get()) != 1 ||
      SSL_set_fd(client.get(), connection->client->get()) != 1 ||
      SSL_set1_host(client.get(), kSelfTestHost) != 1) {
    return Failed("TLS cannot be set up: " + TakeOpensslErrors());
  }
  SSL_set_accept_state(server.get());
  SSL_set_connect_state(client.get());
  return Run(*connection, client.get(), server.get());
}

}  // namespace crlite
