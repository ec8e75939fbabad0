#include "tests/library/openssl/handshake.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace crlite::hook {
namespace {

enum class Side { kUnfinished, kDone, kFailed };

Side Step(SSL* ssl, int* error) {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl);
  if (result == 1) return Side::kDone;
  if (SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ) return Side::kUnfinished;
  *error = ERR_GET_REASON(ERR_peek_error());
  return Side::kFailed;
}

}  // namespace

SslContext ClientOf(X509_STORE* store) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set1_cert_store(context.get(), store);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

SslContext ServerOf(const Certificate& leaf) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  EXPECT_EQ(SSL_CTX_use_certificate(context.get(), leaf.x509.get()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), leaf.key.get()), 1);
  return context;
}

Handshake Connect(SSL_CTX* client_context, SSL_CTX* server_context, const SslSetup& setup) {
  const Ssl client(SSL_new(client_context)), server(SSL_new(server_context));
  if (setup) setup(client.get());
  BIO *client_end = nullptr, *server_end = nullptr;
  EXPECT_EQ(BIO_new_bio_pair(&client_end, 1 << 16, &server_end, 1 << 16), 1);
  SSL_set_bio(client.get(), client_end, client_end);
  SSL_set_bio(server.get(), server_end, server_end);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  Handshake out;
  // A client is done before a server has looked at its certificate: both get their turns to the
  // end.
  Side client_side = Side::kUnfinished, server_side = Side::kUnfinished;
  for (int i = 0; i < 10; ++i) {
    if (client_side != Side::kFailed) client_side = Step(client.get(), &out.client_error);
    if (server_side != Side::kFailed) server_side = Step(server.get(), &out.server_error);
  }
  out.connected = client_side == Side::kDone && server_side == Side::kDone;
  out.client_result = SSL_get_verify_result(client.get());
  out.server_result = SSL_get_verify_result(server.get());
  ERR_clear_error();
  return out;
}

Store OpenStoreOf(const Host& host) {
  crlite_store* store = nullptr;
  EXPECT_EQ(crlite_open(host.snapshot().c_str(), 0, &store), CRLITE_OK);
  return Store(store);
}

AttachedWorld::AttachedWorld(const std::function<void(World*)>& publish) {
  if (publish) {
    publish(this);
  } else {
    Publish();
  }
  snapshot = OpenStoreOf(host);
  client = ClientOf(store.get());
  good_server = ServerOf(good);
  revoked_server = ServerOf(revoked);
  EXPECT_EQ(crlite_attach_store(client.get(), snapshot.get()), 1);
}

void AttachedWorld::ExpectAttached() {
  const Handshake refused = ToRevoked();
  EXPECT_FALSE(refused.connected);
  EXPECT_EQ(refused.client_result, X509_V_ERR_CERT_REVOKED);
  const Handshake accepted = ToGood();
  EXPECT_TRUE(accepted.connected);
  EXPECT_EQ(accepted.client_result, X509_V_OK);
}

}  // namespace crlite::hook
