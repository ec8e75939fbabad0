// A program that uses OpenSSL as others do, with the module loaded by a configuration file.
//
// Everything that the module does is for the whole process, so each test runs in a child of its own
// (InChild). The parent never touches libcrypto. The child's open() and sendto() are ours: they
// count and record what the module does.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cascade/reader/policy.h"
#include "cascade/snapshot/compiler.h"
#include "tests/hook/pki.h"
#include "tests/support/temporary_directory.h"

namespace crlite::hook {

// Runs `body` in a child, whose failures are this test's. The child ends without exit handlers.
void InChild(const std::function<void()>& body);

// For children of children: 0 when the body had no failure.
int RunForked(const std::function<void()>& body);

// What a journal would have received, one datagram each.
std::vector<std::string> JournalLines();
// Calls of open() for a path below `directory`.
int OpenCalls(const std::string& directory);

// From now on, open() finds the machine's own state directory, /var/lib/crlite, here.
void ServeMachinesStateFrom(const std::string& directory);

// Moves the monotonic clock on.
void LetSecondsPass(int64_t seconds);
// Mappings of snapshots in `directory` in this process, the deleted ones included.
int MappedSnapshots(const std::string& directory);

// A state directory and an openssl.cnf that points to it.
class Host {
 public:
  Host();

  const std::string& state() const { return directory_.path(); }
  std::string snapshot() const { return state() + "/snapshot"; }
  std::string config() const { return state() + "/openssl.cnf"; }

  // Installs a snapshot in which exactly these serials of this issuer are revoked, as crlite-sync
  // would; the generation is one more than the last.
  void Publish(const IssuerSpkiHash& issuer, const std::vector<ByteVector>& revoked);
  // The file that Publish would install.
  ByteVector Compile(const IssuerSpkiHash& issuer, const std::vector<ByteVector>& revoked);
  // A snapshot that carries the policy alone.
  void PublishPolicy();
  // Replaces the snapshot by these bytes and changes the generation word.
  void PublishRaw(const ByteVector& content);
  // The policy, exemptions and data time of the next Publish.
  Policy policy;
  std::vector<SnapshotExemption> exemptions;
  time_t data_time = time(nullptr);

  // Writes openssl.cnf with these lines in the module's section.
  void Configure(const std::string& extra = "");
  // Configures if need be, and loads openssl.cnf into `libctx` (null: the default one).
  void Load(OSSL_LIB_CTX* libctx = nullptr);

 private:
  TemporaryDirectory directory_;
  uint64_t generation_ = 0;
  bool is_configured_ = false;
};

// How a verification ended.
struct Verification {
  int result = -2;
  int error = -1;
  int depth = -1;
  bool current_is_leaf = false;
  unsigned long queued_error = 0;
};

using Setup = std::function<void(X509_STORE_CTX*)>;

// Verifies in a fresh context; `setup` runs after X509_STORE_CTX_init.
Verification Verify(X509_STORE* store, const Certificate& leaf, const Setup& setup = nullptr,
                    STACK_OF(X509) * untrusted = nullptr);
// Verifies in a context that is there and initialised.
Verification VerifyIn(X509_STORE_CTX* ctx, const Certificate& leaf);

// A root, a good leaf and a revoked one (serial 0x02), and a snapshot that knows them.
struct World {
  Host host;
  Certificate root, good, revoked;
  Ptr<X509_STORE> store;

  World();
  void Publish() { host.Publish(root.SpkiHash(), {{0x02}}); }
  // Nothing revoked any more.
  void PublishNothingRevoked() { host.Publish(root.SpkiHash(), {}); }

  int ErrorOf(const Certificate& leaf) { return Verify(store.get(), leaf).error; }
  // The hook is in force: the revoked one is refused, the good one is not.
  void ExpectRefusal();
  void ExpectNoRefusal();
};

// The module is loaded, and whatever reaches the data is refused: it is stale, which is denied.
struct DenyingWorld : World {
  DenyingWorld();
};

}  // namespace crlite::hook
