#include "tests/hook/host.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <mutex>

#include "cascade/base/file.h"
#include "cascade/reader/state_files.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/install.h"
#include "tests/support/clubcards.h"

namespace crlite::hook {
namespace {

std::mutex g_record_mutex;
std::vector<std::string> g_datagrams;
std::vector<std::string> g_opened;
std::string g_machines_state;
std::atomic<int64_t> g_seconds_passed{0};

}  // namespace

// The journal's sockets do not exist in tests, or are the machine's own: nothing goes there.
extern "C" ssize_t sendto(int fd, const void* data, size_t size, int flags, const sockaddr* address,
                          socklen_t address_size) {
  if (address != nullptr && address->sa_family == AF_UNIX) {
    const std::lock_guard<std::mutex> lock(g_record_mutex);
    EXPECT_STREQ(reinterpret_cast<const sockaddr_un*>(address)->sun_path,
                 "/run/systemd/journal/socket");
    EXPECT_EQ(flags, MSG_NOSIGNAL | MSG_DONTWAIT);
    g_datagrams.emplace_back(static_cast<const char*>(data), size);
    return static_cast<ssize_t>(size);
  }
  return syscall(SYS_sendto, fd, data, size, flags, address, address_size);
}

extern "C" int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(arguments, unsigned) : 0;
  va_end(arguments);
  constexpr char kMachinesState[] = "/var/lib/crlite";
  constexpr size_t kMachinesStateSize = sizeof kMachinesState - 1;
  std::string real_path = path;
  {
    const std::lock_guard<std::mutex> lock(g_record_mutex);
    if (!g_machines_state.empty() && real_path.rfind(kMachinesState, 0) == 0) {
      real_path.replace(0, kMachinesStateSize, g_machines_state);
    }
    g_opened.push_back(real_path);
  }
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, real_path.c_str(), flags, mode));
}

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, now);
  if (clock == CLOCK_MONOTONIC_COARSE) now->tv_sec += g_seconds_passed.load();
  return static_cast<int>(result);
}

void ServeMachinesStateFrom(const std::string& directory) {
  const std::lock_guard<std::mutex> lock(g_record_mutex);
  g_machines_state = directory;
}

void LetSecondsPass(int64_t seconds) { g_seconds_passed += seconds; }

int MappedSnapshots(const std::string& directory) {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) {
    count += line.find(directory + "/snapshot") != std::string::npos ? 1 : 0;
  }
  return count;
}

std::vector<std::string> JournalLines() {
  const std::lock_guard<std::mutex> lock(g_record_mutex);
  return g_datagrams;
}

int OpenCalls(const std::string& directory) {
  const std::lock_guard<std::mutex> lock(g_record_mutex);
  int calls = 0;
  for (const std::string& path : g_opened) calls += path.rfind(directory, 0) == 0 ? 1 : 0;
  return calls;
}

int RunForked(const std::function<void()>& body) {
  fflush(stdout);
  fflush(stderr);
  // No other thread of ours is in the middle of a record, so that the child can go on recording.
  g_record_mutex.lock();
  const pid_t child = fork();
  g_record_mutex.unlock();
  if (child == 0) {
    body();
    fflush(stdout);
    fflush(stderr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void InChild(const std::function<void()>& body) {
  const int status = RunForked([&] {
    alarm(240);  // a deadlock is a failure, not a standstill
    // Nothing is configured but what the test loads.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    body();
  });
  EXPECT_EQ(status, 0) << "the child failed; its messages are above";
}

Host::Host() { unsetenv("CRLITE_MODE"); }

ByteVector Host::Compile(const IssuerSpkiHash& issuer, const std::vector<ByteVector>& revoked) {
  const Clubcard card = RevokingClubcard(issuer, kTestLog, revoked);
  SnapshotInput input;
  input.filters.push_back({"test-filter", {}, 0, &card});
  input.policy = policy;
  input.exemptions = exemptions;
  input.generation = ++generation_;
  input.data_time_ms = static_cast<uint64_t>(data_time) * 1000;
  Result<ByteVector> file = CompileSnapshot(input);
  EXPECT_TRUE(file.ok()) << file.error().message;
  return std::move(file).value();
}

void Host::Publish(const IssuerSpkiHash& issuer, const std::vector<ByteVector>& revoked) {
  EXPECT_TRUE(InstallSnapshot(StatePaths(state()), Compile(issuer, revoked)).ok());
}

void Host::PublishPolicy() {
  SnapshotInput input;
  input.policy = policy;
  input.generation = ++generation_;
  EXPECT_TRUE(InstallSnapshot(StatePaths(state()), *CompileSnapshot(input)).ok());
}

void Host::PublishRaw(const ByteVector& content) {
  EXPECT_TRUE(WriteFileAtomically(snapshot(), content, 0644).ok());
  std::fstream file(state() + "/generation", std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(kGenerationWordAt);
  const int low_byte = file.get();
  file.seekp(kGenerationWordAt);
  file.put(static_cast<char>(low_byte + 1));
}

void Host::Configure(const std::string& extra) {
  std::ofstream(config()) << "openssl_conf = openssl_init\n[openssl_init]\n"
                             "providers = provider_sect\n[provider_sect]\n"
                             "default = default_sect\ncrlite = crlite_sect\n"
                             "[default_sect]\nactivate = 1\n[crlite_sect]\n"
                          << "module = " CRLITE_MODULE "\n"
                          << (extra.find("snapshot =") == std::string::npos
                                  ? "snapshot = " + snapshot() + "\n"
                                  : "")
                          << extra << "\nactivate = 1\n";
  is_configured_ = true;
}

void Host::Load(OSSL_LIB_CTX* libctx) {
  if (!is_configured_) Configure();
  EXPECT_EQ(OSSL_LIB_CTX_load_config(libctx, config().c_str()), 1);
  EXPECT_EQ(OSSL_PROVIDER_available(libctx, "crlite"), 1);
}

Verification VerifyIn(X509_STORE_CTX* ctx, const Certificate& leaf) {
  ERR_clear_error();
  errno = 4711;
  Verification out;
  out.result = X509_verify_cert(ctx);
  EXPECT_EQ(errno, 4711);
  out.error = X509_STORE_CTX_get_error(ctx);
  out.depth = X509_STORE_CTX_get_error_depth(ctx);
  out.current_is_leaf = X509_STORE_CTX_get_current_cert(ctx) == leaf.x509.get();
  out.queued_error = ERR_peek_error();
  return out;
}

Verification Verify(X509_STORE* store, const Certificate& leaf, const Setup& setup,
                    STACK_OF(X509) * untrusted) {
  const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  EXPECT_EQ(X509_STORE_CTX_init(ctx.get(), store, leaf.x509.get(), untrusted), 1);
  if (setup) setup(ctx.get());
  return VerifyIn(ctx.get(), leaf);
}

World::World() : root(MakeRoot()), store(StoreOf(root)) {
  CertificateOptions options;
  options.serial = {0x01};
  good = Issue(&root, options);
  options.serial = {0x02};
  revoked = Issue(&root, options);
}

void World::ExpectRefusal() {
  EXPECT_EQ(ErrorOf(revoked), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(ErrorOf(good), X509_V_OK);
}

void World::ExpectNoRefusal() {
  EXPECT_EQ(ErrorOf(revoked), X509_V_OK);
  EXPECT_EQ(ErrorOf(good), X509_V_OK);
}

DenyingWorld::DenyingWorld() {
  host.policy.stale = host.policy.damaged = host.policy.never_provisioned = Action::kDeny;
  host.data_time = time(nullptr) - 365 * 86400;
  Publish();
  host.Load();
  EXPECT_EQ(ErrorOf(good), X509_V_ERR_UNABLE_TO_GET_CRL) << "stale data must refuse here";
}

}  // namespace crlite::hook
