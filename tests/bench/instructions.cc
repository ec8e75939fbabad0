// The work whose instructions are counted: instructions check|revoked|hook
//
// Runs it under the name CrliteMeasured, and prints how often; test_instructions.py counts what
// valgrind sees in there. By portable code alone, and on bits that are the same everywhere: 61
// filters of one large issuer. A certificate that is not revoked meets random bits in a real
// filter, too, so none has to be built.
#include <openssl/ec.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>

#include "cascade/reader/cpu.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/install.h"
#include "provider/hook.h"
#include "provider/process.h"
#include "tests/bench/bench_set.h"
#include "tests/bench/questions.h"
#include "tests/bench/verified_context.h"
#include "tests/support/temporary_directory.h"

namespace crlite::bench {
namespace {

constexpr size_t kFilters = 61;
constexpr size_t kQuestions = 64;

// Of a private key that is the same in every run, as the issuer's hash decides about every answer.
hook::Certificate MakeFixedRoot() {
  // ECPrivateKey (RFC 5915) of P-256 without its public key.
  std::vector<uint8_t> der = {0x30, 0x31, 2, 1, 1, 4, 32};
  for (uint8_t i = 1; i <= 32; ++i) der.push_back(i);
  for (int byte : {0xa0, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}) {
    der.push_back(static_cast<uint8_t>(byte));
  }
  const uint8_t* p = der.data();
  const hook::Ptr<EVP_PKEY> key(
      d2i_PrivateKey(EVP_PKEY_EC, nullptr, &p, static_cast<long>(der.size())));
  Must(key != nullptr, "fixed key");
  hook::CertificateOptions options;
  options.subject = "root";
  options.is_ca = true;
  options.sct_extension.reset();
  options.key = key.get();
  return hook::Issue(nullptr, options);
}

std::vector<Sct> FixedScts() {
  std::vector<Sct> scts(3);
  for (size_t i = 0; i < scts.size(); ++i) {
    scts[i].log.bytes[0] = static_cast<uint8_t>(i + 1);
    scts[i].timestamp_ms = 1'700'000'000'000;
  }
  return scts;
}

// The first is as large as a base filter's block is, next to the others.
Clubcard MakeFilter(const IssuerSpkiHash& issuer, bool is_base, std::mt19937_64* random) {
  Clubcard card;
  for (const Sct& sct : FixedScts()) card.coverage.push_back({sct.log, 0, UINT64_MAX});
  ClubcardBlock block;
  block.issuer = issuer;
  block.approx_m = block.exact_m = is_base ? 50'000 : 500;
  block.rank = is_base ? 5 : static_cast<uint8_t>(6 + (*random)() % 8);
  card.columns.assign(block.rank, BitColumn((block.approx_m + 319) / 64));
  card.exact.resize((block.exact_m + 319) / 64);
  for (BitColumn& column : card.columns) std::ranges::generate(column, std::ref(*random));
  std::ranges::generate(card.exact, std::ref(*random));
  card.blocks.push_back(std::move(block));
  Must(CheckClubcard(&card, /*sort=*/true).ok(), "clubcard");
  return card;
}

std::vector<uint8_t> CompileFixed(const IssuerSpkiHash& issuer) {
  std::mt19937_64 random(61);
  std::vector<Clubcard> cards;
  SnapshotInput input;
  for (size_t i = 0; i < kFilters; ++i) cards.push_back(MakeFilter(issuer, i == 0, &random));
  for (const Clubcard& card : cards) {
    input.filters.push_back({"filter-" + std::to_string(input.filters.size()), {}, 0, &card});
  }
  input.data_time_ms = static_cast<uint64_t>(time(nullptr)) * 1000;
  return OrDie(CompileSnapshot(input));
}

std::vector<Question> FindQuestions(const Snapshot& snapshot, const IssuerSpkiHash& issuer,
                                    Outcome outcome) {
  std::mt19937_64 random(16);
  std::vector<Question> questions;
  while (questions.size() < kQuestions) {
    Question question{issuer, std::vector<uint8_t>(16), FixedScts()};
    std::ranges::generate(question.serial, [&] { return static_cast<uint8_t>(random()); });
    question.serial[0] = 0x11;  // positive and minimal
    const Verdict verdict = snapshot.Check(question.AsQuery());
    // Revoked means in the base filter.
    const bool is_wanted = outcome != Outcome::kRevoked || verdict.filter == 0;
    if (verdict.outcome == outcome && is_wanted) questions.push_back(std::move(question));
  }
  return questions;
}

std::vector<hook::Certificate> IssueLeaves(const hook::Certificate& root,
                                           const std::vector<Question>& questions) {
  std::vector<hook::Certificate> leaves;
  for (const Question& question : questions) {
    hook::CertificateOptions options;
    options.serial = question.serial;
    options.sct_extension = hook::EncodeSctExtension(question.scts);
    leaves.push_back(hook::Issue(&root, options));
  }
  return leaves;
}

}  // namespace

// Not inlined, and not mangled: valgrind counts from its first to its last instruction.
extern "C" [[gnu::noinline]] void CrliteMeasured(const Snapshot& snapshot,
                                                 const std::vector<Question>& questions,
                                                 Outcome outcome) {
  for (const Question& question : questions) {
    Must(snapshot.Check(question.AsQuery()).outcome == outcome, "the outcome");
  }
}
extern "C" [[gnu::noinline]] void CrliteMeasuredHook(
    int (*function)(X509_STORE_CTX*), const std::vector<hook::Ptr<X509_STORE_CTX>>& contexts) {
  for (const auto& context : contexts) Must(function(context.get()) == 1, "leaf is let through");
}

namespace {

void RunHook(const hook::Certificate& root, const std::vector<uint8_t>& snapshot,
             const std::vector<Question>& questions) {
  const TemporaryDirectory folder;
  Must(InstallSnapshot(StatePaths(folder.path()), snapshot).ok(), "snapshot is installed");
  static Settings settings;
  static SnapshotPaths paths;
  Must(paths.Set((folder.path() + "/snapshot").c_str()), "path");
  ProcessStore().Open(&paths, /*reload=*/true);
  Libcrypto api;
  const void* object = nullptr;
  Must(BindLibcrypto(reinterpret_cast<void*>(&X509_new), &api, &object), "libcrypto is bound");
  Must(InstallHook(api, object, settings), "hook is installed");
  const hook::Ptr<X509_STORE> store = hook::StoreOf(root);
  X509_STORE_set_verify(store.get(), AcceptWithoutLooking);
  const std::vector<hook::Certificate> leaves = IssueLeaves(root, questions);
  std::vector<hook::Ptr<X509_STORE_CTX>> contexts;
  for (const auto& leaf : leaves) contexts.push_back(VerifiedContext(store.get(), root, leaf));
  const auto function = X509_STORE_CTX_get_verify(contexts[0].get());
  Must(function != AcceptWithoutLooking && function(contexts[0].get()) == 1, "hook runs");
  CrliteMeasuredHook(function, contexts);
}

int Main(const std::string& what) {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  cpu_internal::Override(0);
  const hook::Certificate root = MakeFixedRoot();
  const std::vector<uint8_t> content = CompileFixed(root.SpkiHash());
  Snapshot snapshot;
  Must(Snapshot::Open(content, &snapshot) == SnapshotError::kNone, "snapshot opens");
  const Outcome outcome = what == "revoked" ? Outcome::kRevoked : Outcome::kNotRevoked;
  const std::vector<Question> questions = FindQuestions(snapshot, root.SpkiHash(), outcome);
  if (what == "hook") {
    RunHook(root, content, questions);
  } else {
    CrliteMeasured(snapshot, questions, outcome);
  }
  printf("%zu\n", questions.size());
  return 0;
}

}  // namespace
}  // namespace crlite::bench

int main(int argc, char** argv) {
  const std::string what = argc == 2 ? argv[1] : "";
  if (what == "check" || what == "revoked" || what == "hook") return crlite::bench::Main(what);
  fprintf(stderr, "usage: instructions check|revoked|hook\n");
  return 64;
}
