// What an attached X509_STORE remembers, and the store of the machine's own snapshot.
//
// Freestanding. Thread-safe.
#pragma once

#include <crlite/openssl.h>

namespace crlite {

using VerifyFunction = X509_STORE_CTX_verify_fn;

// libcrypto's own verifier, or that of the OpenSSL module around it; null when there was no memory
// to find it out. Never null any more once it was found.
VerifyFunction BuiltInVerifier();

// Makes `verify` the verify function of `x509_store`, which remembers the one it had and a
// reference to `store`; both are given up with it. Where it is remembered already, `store` replaces
// the other one, and no more. False when there is no memory, or when a verify function that was set
// since stands in the way of `verify`.
[[nodiscard]] bool Attach(X509_STORE* x509_store, crlite_store* store, VerifyFunction verify);

// What is remembered, for as long as it lives.
class Attachment {
 public:
  explicit Attachment(X509_STORE* x509_store);  // null is allowed
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;
  ~Attachment() { crlite_close(store_); }

  // What ran before us: the built-in verifier where nothing is remembered.
  VerifyFunction previous() const { return previous_; }
  // The machine's where nothing is remembered; null when there is no memory.
  crlite_store* store() const { return store_; }

 private:
  VerifyFunction previous_;
  crlite_store* store_;
};

// The machine's own snapshot, opened at the first use and for good; null when there is no memory.
crlite_store* MachineStore();

}  // namespace crlite
