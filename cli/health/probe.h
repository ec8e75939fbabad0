// Loading the module in a fresh process, the way real programs do: what `crlite doctor` and
// `crlite enable` believe in the end.
//
// The process is this program again (`crlite probe`, not for users). It initialises libssl, which
// reads openssl.cnf, asks libcrypto which providers are active, and makes two TLS handshakes on
// loopback. Their certificates are made on the spot: a throw-away root certifies the key of the
// snapshot's self-test issuer (cascade/snapshot/self_test.h), which certifies a server with the
// good serial and one with the revoked serial.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cascade/base/result.h"

namespace crlite {

struct ProbeOptions {
  std::string openssl_cnf;  // OPENSSL_CONF of the process; empty: what this process has
  bool as_nobody = false;   // as user nobody; for root alone
};

struct Handshake {
  bool completed = false;
  int verify_result = -1;  // X509_V_...; -1: it did not come to that
  std::string error;       // of a handshake that failed for another reason; empty otherwise
};

struct ProbeResult {
  std::string libcrypto;       // "OpenSSL 3.0.20 ..."
  std::string libcrypto_path;  // the library's file
  std::string modules_dir;     // where it looks for modules
  std::string config_error;    // what libcrypto says when loading the configuration strictly
  std::vector<std::string> providers;  // active ones, by name
  std::optional<int> module_status;    // of provider "crlite"; nullopt: not loaded; 1: hooked
  std::string module_version;
  std::string module_path;  // as mapped
  // Whether the snapshot is mapped by that process, and which file it is.
  std::string mapped_snapshot;
  Handshake good, revoked;  // with CRLITE_MODE=enforce

  bool HasProvider(const std::string& name) const;
};

Result<ProbeResult> RunProbe(const ProbeOptions& options);

// The process itself: prints the result as JSON on stdout. Returns the exit status.
int ProbeMain();

}  // namespace crlite
