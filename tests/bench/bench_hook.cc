// What the module adds to one verification of a certificate chain:
//   bench_hook --set DIR --module crlite.so [--small]
//
// Prints rows of the results as JSON (tests/bench/report/report.py tells the form). All figures are
// CPU time and come from the same minute: each round measures everything once, and the median of
// the rounds counts.
#include <openssl/evp.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "provider/leaf.h"
#include "tests/bench/hook_world.h"
#include "tests/bench/verified_context.h"
#include "tests/hook/bound_libcrypto.h"

namespace crlite::bench {
namespace {

using hook::Certificate;
using hook::Ptr;

// CPU time of this thread, in ns.
double CpuNs() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// ns for each of `calls` calls of action(i).
template <typename Action>
double Time(size_t calls, const Action& action) {
  const double begin = CpuNs();
  for (size_t i = 0; i < calls; ++i) action(i);
  return (CpuNs() - begin) / static_cast<double>(calls);
}

void VerifyChain(World* world, size_t i) {
  const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  X509_STORE_CTX_init(ctx.get(), world->store.get(), world->leaves[i % kLeaves].x509.get(),
                      nullptr);
  Must(X509_verify_cert(ctx.get()) == 1, "chain verifies");
}

// The verify function that contexts of this process get, called with a chain that is verified
// already: with the module, all that the module does.
double TimeVerifyFunction(World* world, size_t calls) {
  X509_STORE_set_verify(world->store.get(), AcceptWithoutLooking);
  std::vector<Ptr<X509_STORE_CTX>> contexts;
  for (const Certificate& leaf : world->leaves)
    contexts.push_back(VerifiedContext(world->store.get(), world->root, leaf));
  const auto function = X509_STORE_CTX_get_verify(contexts[0].get());
  const double ns = Time(calls, [&](size_t i) {
    Must(function(contexts[i % kLeaves].get()) == 1, "leaf is not refused");
  });
  X509_STORE_set_verify(world->store.get(), nullptr);
  return ns;
}

// A child that measures when it is told to: 'v' a verification, 'f' the verify function.
class Child {
 public:
  // `module`: empty for none.
  Child(World* world, const std::string& module, size_t verifications) {
    Must(pipe(orders_) == 0 && pipe(answers_) == 0, "pipes for a child");
    // Each closes the other's ends, so that it sees when the other is gone.
    if (fork() != 0) {
      close(orders_[0]);
      close(answers_[1]);
      return;
    }
    close(orders_[1]);
    close(answers_[0]);
    LoadConfiguration(*world, module);
    for (char order; read(orders_[0], &order, 1) == 1;) {
      const double ns = order == 'v' ? Time(verifications, [&](size_t i) { VerifyChain(world, i); })
                                     : TimeVerifyFunction(world, 20 * verifications);
      if (write(answers_[1], &ns, sizeof ns) != sizeof ns) break;
    }
    _exit(0);
  }

  double Measure(char order) const {
    double ns = 0;
    Must(write(orders_[1], &order, 1) == 1, "child takes an order");
    Must(read(answers_[0], &ns, sizeof ns) == sizeof ns, "child answers");
    return ns;
  }

 private:
  int orders_[2], answers_[2];
};

// One ECDSA P-256 verification.
class Signature {
 public:
  Signature() : key_(EVP_EC_gen("P-256")), ctx_(EVP_PKEY_CTX_new(key_, nullptr)) {
    EVP_PKEY_sign_init(ctx_);
    Must(EVP_PKEY_sign(ctx_, signature_, &size_, digest_, sizeof digest_) == 1, "signature");
    EVP_PKEY_verify_init(ctx_);
  }
  void Verify() const {
    Must(EVP_PKEY_verify(ctx_, signature_, size_, digest_, sizeof digest_) == 1, "signature");
  }

 private:
  EVP_PKEY* key_;  // both live until the process ends
  EVP_PKEY_CTX* ctx_;
  const uint8_t digest_[32] = {1, 2, 3};
  uint8_t signature_[128];
  size_t size_ = sizeof signature_;
};

nlohmann::json Measure(World* world, const std::string& module, size_t rounds, size_t calls) {
  const Child with(world, module, calls), without(world, "", calls);
  const Libcrypto& api = hook::BoundLibcrypto();
  std::vector<Ptr<X509_STORE_CTX>> contexts;
  for (const Certificate& leaf : world->leaves)
    contexts.push_back(VerifiedContext(world->store.get(), world->root, leaf));
  const int64_t now = time(nullptr);
  const auto ask = [&](size_t i) {
    LeafQuestion question;
    const Reason reason = AskAboutLeaf(api, contexts[i % kLeaves].get(), now, &question);
    Must(reason == Reason::kFilters, "leaf has a question");
  };
  const auto check = [&](size_t i) {
    const Verdict verdict = world->snapshot.Check(world->questions[i % kLeaves].AsQuery());
    Must(verdict.outcome == Outcome::kNotRevoked, "leaf is not revoked");
  };
  const Signature signature;
  std::map<std::string, std::vector<double>> all;
  for (size_t i = 0; i < rounds; ++i) {
    all["hook/certificate_side"].push_back(Time(20 * calls, ask));
    all["hook/check"].push_back(Time(20 * calls, check));
    const double function = with.Measure('f');
    all["hook/whole"].push_back(function - without.Measure('f'));
    const double ecdsa = Time(calls, [&](size_t) { signature.Verify(); });
    all["hook/ecdsa_p256_verify"].push_back(ecdsa);
    const double verify_with = with.Measure('v'), verify_without = without.Measure('v');
    all["hook/verify_with"].push_back(verify_with);
    all["hook/verify_without"].push_back(verify_without);
    all["hook/verify_difference"].push_back(verify_with - verify_without);
  }
  nlohmann::json rows = nlohmann::json::array();
  for (auto& [id, samples] : all) {
    std::ranges::sort(samples);
    rows.push_back({{"id", id},
                    {"unit", "ns"},
                    {"value", samples[samples.size() / 2]},
                    {"low", samples[samples.size() / 4]},
                    {"high", samples[samples.size() * 3 / 4]},
                    {"samples", samples.size()}});
  }
  return rows;
}

int Main(const std::string& set, const std::string& module, bool is_small) {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  World world(set);
  const nlohmann::json rows = Measure(&world, module, is_small ? 3 : 101, is_small ? 5 : 100);
  const nlohmann::json out = {{"name", "hook"}, {"rows", rows}};
  printf("%s\n", out.dump(1).c_str());
  return 0;
}

}  // namespace
}  // namespace crlite::bench

int main(int argc, char** argv) {
  const bool is_small = argc == 6 && strcmp(argv[5], "--small") == 0;
  if (argc < 5 || strcmp(argv[1], "--set") != 0 || strcmp(argv[3], "--module") != 0 ||
      (argc > 5 && !is_small)) {
    fprintf(stderr, "usage: bench_hook --set DIR --module FILE [--small]\n");
    return 64;
  }
  return crlite::bench::Main(argv[2], argv[4], is_small);
}
