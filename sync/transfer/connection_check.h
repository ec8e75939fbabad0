// Revocation of the servers that crlite-sync itself talks to.
//
// This process loads no module (sync/command_line.cc says why), so it asks the published snapshot
// through the same verdict code. Only a certain Revoked refuses; missing, stale or damaged data
// never lock out their own repair.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace crlite {

class MappedSnapshot;

class ConnectionCheck {
 public:
  // Maps the snapshot at `path`, if there is one that can be trusted and whose policy enforces.
  explicit ConnectionCheck(const std::string& path);
  ~ConnectionCheck();
  ConnectionCheck(const ConnectionCheck&) = delete;
  ConnectionCheck& operator=(const ConnectionCheck&) = delete;

  // Makes verification in `context` refuse a revoked server certificate with
  // X509_V_ERR_CERT_REVOKED, after the usual verification. `this` must outlive its connections.
  // Where libcurl uses another TLS library than OpenSSL there is no such context, and connections
  // get the usual verification alone.
  void Install(SSL_CTX* context) const;

 private:
  static int Verify(X509_STORE_CTX* store_context, void* self);

  std::unique_ptr<MappedSnapshot> snapshot_;  // nullptr: nothing to ask
};

}  // namespace crlite
