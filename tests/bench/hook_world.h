// Certificates of our own that a set of real size answers for, to measure whatever starts from
// certificates.
//
// They are made on the spot. As their issuer is in no filter, the set's largest issuer is given its
// name; that makes other bits of the answer, not other work: a certificate that is not revoked
// meets random bits either way.
#pragma once

#include "tests/bench/questions.h"
#include "tests/hook/pki.h"
#include "tests/support/temporary_directory.h"

namespace crlite::bench {

// More than a branch predictor can learn, few enough for the caches: a host has just decoded its
// own.
constexpr size_t kLeaves = 256;

// A root, leaves of it that are not revoked, and the snapshot that says so, installed in a folder.
struct World {
  explicit World(const std::string& set_path);

  const std::string& folder() const { return folder_.path(); }
  std::string snapshot_path() const { return folder() + "/snapshot"; }

  hook::Certificate root;
  hook::Ptr<X509_STORE> store;
  std::vector<hook::Certificate> leaves;
  std::vector<Question> questions;  // about the leaves, in their order
  std::vector<uint8_t> content;
  Snapshot snapshot;

 private:
  TemporaryDirectory folder_;
};

// Loads an openssl.cnf with the default provider and the module; without it if `module` is empty.
void LoadConfiguration(const World& world, const std::string& module);

}  // namespace crlite::bench
