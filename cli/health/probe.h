// Loading the module in a fresh process, the way real programs do: what `crlite doctor` and
// `crlite enable` believe in the end.
//
// The process is this program again (`crlite probe`, not for users). It initialises libssl, which
// reads openssl.cnf, asks libcrypto which providers are active, and makes two TLS handshakes
// with itself. Their certificates are made on the spot: a throw-away root certifies the key of the
// snapshot's self-test issuer (cascade/snapshot/self_test.h), which certifies a server with the
// good serial and one with the revoked serial.
//
// The process has CRLITE_MODE=enforce, whatever the mode is: a policy of `shadow` must not hide
// data that no longer refuses. Whether anything weakens the mode is another question, and not this
// one's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cli/health/self_test_handshake.h"

namespace crlite {

struct ProbeOptions {
  std::string openssl_cnf;  // OPENSSL_CONF of the process; empty: what this process has
  bool as_nobody = false;   // as user nobody; for root alone
};

struct ProbeResult {
  std::string libcrypto;       // "OpenSSL 3.0.20 ..."
  std::string libcrypto_path;  // the library's file
  std::string modules_dir;     // where it looks for modules
  std::string config_error;    // what libcrypto says when loading openssl.cnf strictly, and no
                               // program shows; empty: nothing
  std::vector<std::string> providers;  // active ones, by name
  std::optional<int> module_status;    // of provider "crlite"; nullopt: not loaded; 1: hooked
  std::string module_version;
  std::string module_path;  // as mapped
  // Path of the snapshot that the module has mapped; empty: none.
  std::string mapped_snapshot;
  Handshake good, revoked;

  bool HasProvider(const std::string& name) const;
};

// An error when the process cannot be started, crashes, takes longer than 20 seconds or prints
// anything but a result.
// kConfiguration, and nothing is run, for root with an `openssl_cnf` that others may write.
Result<ProbeResult> RunProbe(const ProbeOptions& options);

// The process itself: prints the result as JSON on stdout. Returns the exit status.
int ProbeMain();

}  // namespace crlite
