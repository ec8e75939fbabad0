// crlite_check_chain on hostile certificates, against a fixed snapshot: it fails exactly when one
// of the two is no certificate for us, and answers as the parts do when they are put together by
// hand.
//
// First byte: what is asked about the two. Next two: the size of the leaf; the issuer is the rest.
#include <crlite/crlite.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cascade/filter/clubcard.h"
#include "cascade/reader/certificate.h"
#include "cascade/reader/sha256.h"
#include "cascade/snapshot/install.h"
#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

constexpr int64_t kTimes[] = {0, 1'735'689'600, 1'750'000'000, 1'767'225'600, 4'000'000'000};

// Every log of the seeds, whose issuers are revoked with every serial, with some, or with none.
Clubcard FixedClubcard(const std::vector<IssuerSpkiHash>& issuers) {
  Clubcard card;
  for (uint8_t i = 0; i < 4; ++i) {
    LogId log;
    memset(log.bytes, i, kHashSize);
    card.coverage.push_back({log, 0, UINT64_MAX});
  }
  card.exact = BitColumn(8);
  for (const IssuerSpkiHash& issuer : issuers) {
    ClubcardBlock block;
    block.issuer = issuer;
    block.approx_m = 1;
    block.inverted = true;
    block.exceptions.Add(std::vector<uint8_t>{1});
    block.exceptions.Add(std::vector<uint8_t>{5, 6});
    card.blocks.push_back(block);
  }
  CRLITE_PROPERTY(CheckClubcard(&card, /*sort=*/true).ok(), "the fixed filter");
  return card;
}

// A snapshot in force, opened twice.
struct World {
  std::vector<uint8_t> bytes;
  Snapshot snapshot;
  crlite_store* store = nullptr;
  crlite_result* result = crlite_result_new();

  explicit World(const std::vector<IssuerSpkiHash>& issuers) {
    const Clubcard card = FixedClubcard(issuers);
    SnapshotInput input;
    input.filters = {{"filter", {}, 0, &card}};
    input.generation = 1;
    input.data_time_ms = 1;
    input.policy.stale_after_s = UINT32_MAX;
    bytes = std::move(CompileSnapshot(input)).value();
    CRLITE_PROPERTY(Snapshot::Open(bytes, &snapshot) == SnapshotError::kNone, "the snapshot");
    std::string folder = (std::filesystem::temp_directory_path() / "crlite-XXXXXX").string();
    CRLITE_PROPERTY(mkdtemp(folder.data()) != nullptr, folder);
    CRLITE_PROPERTY(InstallSnapshot(StatePaths(folder), bytes).ok(), folder);
    const std::string path = folder + "/snapshot";
    CRLITE_PROPERTY(crlite_open(path.c_str(), CRLITE_OPEN_NO_RELOAD, &store) == CRLITE_OK, path);
    std::filesystem::remove_all(folder);  // what is mapped stays
  }
};

// The key of every seed: an Ed25519 one, the same every time.
IssuerSpkiHash SeedIssuer() {
  const uint8_t spki[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21,
                          0x00, 0xea, 0x4a, 0x6c, 0x63, 0xe2, 0x9c, 0x52, 0x0a, 0xbe, 0xf5,
                          0x50, 0x7b, 0x13, 0x2e, 0xc5, 0xf9, 0x95, 0x47, 0x76, 0xae, 0xbe,
                          0xbe, 0x7b, 0x92, 0x42, 0x1e, 0xea, 0x69, 0x14, 0x46, 0xd2, 0x2c};
  IssuerSpkiHash hash;
  memcpy(hash.bytes, Sha256::Hash(Bytes(spki)).bytes, kHashSize);
  return hash;
}

// By hand.
Verdict Expected(const Snapshot& snapshot, const CertificateFields& leaf,
                 const CertificateFields* issuer, int64_t at) {
  SctList scts;
  const Reason reason = DecideBeforeData(leaf, at, &scts);
  if (issuer == nullptr) return {Outcome::kNotCovered, Reason::kChainTooShort};
  if (reason != Reason::kFilters) return {Outcome::kNotCovered, reason};
  return snapshot.Check({issuer->SpkiHash(), leaf.serial, scts.Span()});
}

void ExpectAnswer(const crlite_result* result, const Verdict& wanted, const SctList& scts) {
  const std::string text = crlite_outcome_name(crlite_result_outcome(result));
  CRLITE_PROPERTY(text == OutcomeName(wanted.outcome), text);
  CRLITE_PROPERTY(crlite_result_reason(result) == static_cast<crlite_reason>(wanted.reason), text);
  const bool is_revoked = wanted.outcome == Outcome::kRevoked;
  CRLITE_PROPERTY(crlite_result_action(result) == (is_revoked ? CRLITE_REFUSE : CRLITE_ALLOW),
                  text);
  const std::string filter = crlite_result_filter(result);
  CRLITE_PROPERTY(filter == (wanted.filter == Verdict::kNone ? "" : "filter"), filter);
  crlite_sct sct = {};
  const bool has_sct = crlite_result_sct(result, &sct) == 1;
  CRLITE_PROPERTY(has_sct == (wanted.sct != Verdict::kNone), text);
  if (!has_sct) return;
  CRLITE_PROPERTY(memcmp(sct.log_id, scts.scts[wanted.sct].log.bytes, kHashSize) == 0, text);
  CRLITE_PROPERTY(sct.timestamp_ms == scts.scts[wanted.sct].timestamp_ms, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const World* const world = new World({SeedIssuer()});
  if (size < 3) return 0;
  const int64_t at = kTimes[data[0] % std::size(kTimes)];
  const size_t count = data[0] & 0x80 ? 1 : 2;
  const size_t leaf_size = std::min(size_t{256} * data[1] + data[2], size - 3);
  // In memory of their own, so that AddressSanitizer sees a read behind the end.
  const std::vector<uint8_t> leaf_der(data + 3, data + 3 + leaf_size);
  const std::vector<uint8_t> issuer_der(data + 3 + leaf_size, data + size);
  static const uint8_t nothing = 0;
  const auto certificate = [](const std::vector<uint8_t>& der) -> crlite_certificate {
    return {der.empty() ? &nothing : der.data(), der.size()};
  };
  const crlite_certificate chain[] = {certificate(leaf_der), certificate(issuer_der)};
  const crlite_error error = crlite_check_chain(world->store, chain, count, at, world->result);

  CertificateFields leaf, issuer;
  const bool is_leaf =
      ParseCertificate(leaf_der, &leaf) && leaf.serial.size() <= CRLITE_MAX_SERIAL_SIZE;
  const bool is_issuer = count == 1 || ParseCertificate(issuer_der, &issuer);
  const crlite_error wanted = !is_leaf     ? CRLITE_ERR_LEAF
                              : !is_issuer ? CRLITE_ERR_ISSUER
                                           : CRLITE_OK;
  CRLITE_PROPERTY(error == wanted, crlite_error_text(error));
  SctList scts;
  if (error != CRLITE_OK) {
    ExpectAnswer(world->result, Verdict(), scts);
    return 0;
  }
  (void)DecideBeforeData(leaf, at, &scts);
  ExpectAnswer(world->result, Expected(world->snapshot, leaf, count == 1 ? nullptr : &issuer, at),
               scts);
  return 0;
}
