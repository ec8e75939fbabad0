#include "tests/bench/hook_world.h"

#include <openssl/conf.h>
#include <openssl/provider.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "cascade/snapshot/install.h"

namespace crlite::bench {
namespace {

// Every clubcard's block of `from` becomes one of `to`.
void RenameIssuer(BenchSet* set, const IssuerSpkiHash& from, const IssuerSpkiHash& to) {
  for (const auto& clubcard : set->clubcards) {
    for (ClubcardBlock& block : clubcard->blocks) {
      if (block.issuer == from) block.issuer = to;
    }
    Must(CheckClubcard(clubcard.get(), /*sort=*/true).ok(), "clubcard with another issuer");
  }
}

}  // namespace

World::World(const std::string& set_path) {
  BenchSet set = OrDie(ReadBenchSet(set_path));
  root = hook::MakeRoot();
  store = hook::StoreOf(root);
  RenameIssuer(&set, set.issuers[0].hash, root.SpkiHash());
  content = OrDie(CompileFirst(set, set.clubcards.size()));
  Must(Snapshot::Open(content, &snapshot) == SnapshotError::kNone, "snapshot opens");
  const std::vector<Sct> scts = SctsCoveredByAll(set);
  std::mt19937_64 random(3);
  while (leaves.size() < kLeaves) {
    Question question{root.SpkiHash(), std::vector<uint8_t>(16), scts};
    std::ranges::generate(question.serial, [&] { return static_cast<uint8_t>(random()); });
    question.serial[0] = 0x11;  // positive and minimal
    if (snapshot.Check(question.AsQuery()).outcome != Outcome::kNotRevoked) continue;
    hook::CertificateOptions options;
    options.serial = question.serial;
    options.sct_extension = hook::EncodeSctExtension(scts);
    leaves.push_back(hook::Issue(&root, options));
    questions.push_back(std::move(question));
  }
  const Status status = InstallSnapshot(StatePaths(folder()), content);
  if (!status.ok()) fprintf(stderr, "%s\n", status.error().message.c_str()), exit(74);
}

void LoadConfiguration(const World& world, const std::string& module) {
  // Another child may be writing its own.
  const std::string path = world.folder() + "/openssl.cnf." + std::to_string(getpid());
  std::ofstream file(path);
  file << "openssl_conf = init\n[init]\nproviders = providers\n"
          "[default_section]\nactivate = 1\n[providers]\ndefault = default_section\n";
  if (!module.empty()) {
    file << "crlite = crlite_section\n[crlite_section]\nactivate = 1\nmodule = " << module
         << "\nsnapshot = " << world.folder() << "/snapshot\n";
  }
  file.close();
  Must(OSSL_LIB_CTX_load_config(nullptr, path.c_str()) == 1, "configuration is loaded");
  const bool is_loaded = OSSL_PROVIDER_available(nullptr, "crlite") == 1;
  Must(is_loaded != module.empty(), "module is where it was asked for");
}

}  // namespace crlite::bench
