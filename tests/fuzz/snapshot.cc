// The snapshot reader on hostile bytes: never a crash, and the same answer to the same question.
//
// First byte even: a valid snapshot, mutated as the rest says. Odd: the rest itself. In both cases
// the checksum of header and section table is then made right, so that damage gets behind it.
#include "cascade/reader/snapshot.h"

#include <vector>

#include "cascade/reader/sha256.h"
#include "cascade/snapshot/compiler.h"
#include "tests/fuzz/property.h"
#include "tests/reference/agreement.h"

using namespace crlite;
using namespace crlite::snapshot_format;

namespace {

// A valid snapshot of some odd filters and exemptions, and queries that reach all of its parts.
struct World {
  Agreement agreement;
  std::vector<OwnedQuery> queries;
  std::vector<uint8_t> snapshot;

  World() {
    Choices choices(uint64_t{20});
    std::vector<Clubcard> filters;
    while (filters.size() < 6) filters.push_back(RandomClubcard(&choices));
    const std::string wrong = agreement.Open(filters);
    CRLITE_PROPERTY(wrong.empty(), wrong);
    while (queries.size() < 48) queries.push_back(RandomQuery(agreement.clubcards(), &choices));
    SnapshotInput input;
    for (const Clubcard* clubcard : agreement.clubcards()) {
      input.filters.push_back({std::to_string(input.filters.size()), {}, 0, clubcard});
    }
    for (size_t i = 0; i < queries.size(); i += 2) {
      input.exemptions.push_back(
          {CertificateExemptionKey(queries[i].issuer, queries[i].serial), i});
    }
    snapshot = std::move(CompileSnapshot(input)).value();
  }
};

std::vector<uint8_t> Mutate(Bytes valid, Choices* choices) {
  std::vector<uint8_t> bytes(valid.begin(), valid.end());
  while (!choices->AtEnd()) {
    // Half of the changes fall where every table's place and length is written down.
    const size_t range = choices->OneIn(2) ? bytes.size() : std::min<size_t>(bytes.size(), 512);
    const size_t at = choices->Below(range);
    const size_t width = size_t{1} << choices->Below(4);
    const uint64_t edges[] = {0, 1, 0x7fffffff, 0xffffffff, ~uint64_t{0}, bytes.size()};
    const uint64_t value = choices->OneIn(2) ? edges[choices->Below(6)] : choices->Any64();
    for (size_t i = 0; i < width && at + i < bytes.size(); ++i) {
      bytes[at + i] = static_cast<uint8_t>(value >> (8 * i));
    }
  }
  return bytes;
}

void FixHead(std::vector<uint8_t>* bytes) {
  if (bytes->size() < kHeaderSize) return;
  const Bytes all(*bytes);
  const uint64_t table = uint64_t{LoadLe32(all.data() + kSectionCountAt)} * kSectionEntrySize;
  if (!Contains(all, kHeaderSize, table)) return;
  const Sha256Digest hash =
      Sha256::Hash(all.first(kHeadHashAt), all.subspan(kHeaderSize, static_cast<size_t>(table)));
  memcpy(bytes->data() + kHeadHashAt, hash.bytes, kHashSize);
}

// Touches every byte of a view, for AddressSanitizer.
unsigned Sum(Bytes bytes) {
  unsigned sum = 0;
  for (uint8_t byte : bytes) sum += byte;
  return sum;
}

void CheckAccessors(const Snapshot& snapshot, size_t i) {
  CRLITE_PROPERTY(snapshot.filter_name(i).size() <= kFilterNameSize, std::to_string(i));
  const size_t hash_size = snapshot.filter_hash(i).size();
  CRLITE_PROPERTY(hash_size == (i <= snapshot.num_filters() ? kHashSize : 0), std::to_string(i));
  volatile uint64_t sum = Sum(snapshot.filter_name(i)) + Sum(snapshot.filter_hash(i));
  sum = sum + snapshot.filter_time_ms(i);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const World* const world = new World();
  if (size == 0) return 0;
  Choices choices(Bytes(data + 1, size - 1));
  std::vector<uint8_t> bytes = data[0] % 2 == 0 ? Mutate(world->snapshot, &choices)
                                                : std::vector<uint8_t>(data + 1, data + size);
  FixHead(&bytes);
  bytes.shrink_to_fit();  // so that AddressSanitizer sees a read behind the end
  Snapshot snapshot;
  if (Snapshot::Open(bytes, &snapshot) != SnapshotError::kNone) return 0;
  (void)snapshot.BodyHashMatches();
  CRLITE_PROPERTY(snapshot.num_filters() < kMaxFilters, std::to_string(snapshot.num_filters()));
  for (const OwnedQuery& query : world->queries) {
    const Verdict verdict = snapshot.Check(query.View()), again = snapshot.Check(query.View());
    CRLITE_PROPERTY(verdict.outcome == again.outcome && verdict.reason == again.reason &&
                        verdict.filter == again.filter && verdict.sct == again.sct,
                    query.ToString());
    const bool no_data = verdict.outcome == Outcome::kNoData;
    CRLITE_PROPERTY(no_data == (verdict.reason != Reason::kFilters), query.ToString());
    CRLITE_PROPERTY(verdict.sct == Verdict::kNone || verdict.sct < query.scts.size(),
                    query.ToString());
    CheckAccessors(snapshot, verdict.filter);
    const ExemptionKey key = CertificateExemptionKey(query.issuer, query.serial);
    const uint64_t until_ms = snapshot.ExemptUntilMs(key);
    CRLITE_PROPERTY(until_ms == snapshot.ExemptUntilMs(key), query.ToString());
    CRLITE_PROPERTY(until_ms == 0 || snapshot.num_exemptions() != 0, query.ToString());
  }
  CheckAccessors(snapshot, snapshot.num_filters());
  return 0;
}
