// TLS connections inside one process, and the two sides' contexts.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>

#include "include/crlite/openssl.h"
#include "tests/hook/host.h"

namespace crlite::hook {

struct SslDeleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(crlite_store* p) const { crlite_close(p); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslDeleter>;
using Ssl = std::unique_ptr<SSL, SslDeleter>;
using Store = std::unique_ptr<crlite_store, SslDeleter>;

// A client that verifies with this store, of which the context takes a reference.
SslContext ClientOf(X509_STORE* store);
// A server that shows this certificate.
SslContext ServerOf(const Certificate& leaf);

// How a handshake ended.
struct Handshake {
  bool connected = false;   // both sides
  long client_result = -1;  // SSL_get_verify_result
  long server_result = -1;
  int client_error = 0;  // reason of the first error on each side's queue
  int server_error = 0;
};

using SslSetup = std::function<void(SSL*)>;
// `setup` runs on the client's new connection.
Handshake Connect(SSL_CTX* client, SSL_CTX* server, const SslSetup& setup = nullptr);

Store OpenStoreOf(const Host& host);

// A World with a client that trusts its root, attached to its snapshot, and two servers.
struct AttachedWorld : World {
  Store snapshot;
  SslContext client, good_server, revoked_server;

  // `publish`: the policy and data, before the store is opened.
  explicit AttachedWorld(const std::function<void(World*)>& publish = nullptr);

  Handshake ToGood(const SslSetup& setup = nullptr) {
    return Connect(client.get(), good_server.get(), setup);
  }
  Handshake ToRevoked(const SslSetup& setup = nullptr) {
    return Connect(client.get(), revoked_server.get(), setup);
  }
  // By handshakes: the revoked one is refused as such, the good one is not.
  void ExpectAttached();
};

}  // namespace crlite::hook
