#include <gtest/gtest.h>

#include "cascade/reader/sha256.h"
#include "cascade/reader/snapshot.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/little_endian.h"
#include "tests/support/clubcards.h"

namespace crlite {

using namespace snapshot_format;

namespace {

constexpr uint8_t kNumExemptions = 50;

ExemptionKey ExemptionNumber(uint8_t i) {
  return CertificateExemptionKey(IssuerNumber(1), {&i, 1});
}

std::vector<uint8_t> MakeFile() {
  std::mt19937_64 random(11);
  const Clubcard one = RandomClubcard(&random, {}), two = RandomClubcard(&random, {});
  SnapshotInput input;
  input.filters.push_back({"one", {}, 0, &one});
  input.filters.push_back({"two", {}, 0, &two});
  for (uint8_t i = 0; i < kNumExemptions; ++i) {
    input.exemptions.push_back({ExemptionNumber(i), 1000u + i});
  }
  return std::move(CompileSnapshot(input)).value();
}

// Makes head_hash right again after a change of header or section table.
void FixHeadHash(std::vector<uint8_t>* file) {
  const Bytes bytes(*file);
  const uint32_t count = LoadLe32(file->data() + kSectionCountAt);
  const Sha256Digest digest =
      Sha256::Hash(bytes.first(kHeadHashAt), bytes.subspan(kHeaderSize, count * kSectionEntrySize));
  memcpy(file->data() + kHeadHashAt, digest.bytes, kHashSize);
}

SnapshotError OpenError(const std::vector<uint8_t>& file) {
  Snapshot snapshot;
  return Snapshot::Open(file, &snapshot);
}

uint8_t* SectionEntry(std::vector<uint8_t>* file, uint32_t id) {
  uint8_t* entry = file->data() + kHeaderSize;
  while (LoadLe32(entry) != id) entry += kSectionEntrySize;
  return entry;
}

TEST(SnapshotReader, RejectsEveryTruncation) {
  const std::vector<uint8_t> file = MakeFile();
  for (size_t size = 0; size < file.size(); size += size < 400 ? 1 : 97) {
    EXPECT_NE(OpenError({file.begin(), file.begin() + static_cast<long>(size)}),
              SnapshotError::kNone)
        << size;
  }
}

TEST(SnapshotReader, RejectsAppendedBytes) {
  std::vector<uint8_t> file = MakeFile();
  file.push_back(0);
  EXPECT_EQ(OpenError(file), SnapshotError::kWrongSize);
}

TEST(SnapshotReader, RejectsAnyChangedBitOfHeaderAndSectionTable) {
  const std::vector<uint8_t> file = MakeFile();
  for (size_t bit = 0; bit < 8 * (kHeaderSize + kNumSections * kSectionEntrySize); ++bit) {
    std::vector<uint8_t> changed = file;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_NE(OpenError(changed), SnapshotError::kNone) << "bit " << bit;
  }
}

TEST(SnapshotReader, RejectsOtherMajors) {
  for (const int major : {0, kMajor - 1, kMajor + 1, 255}) {
    std::vector<uint8_t> file = MakeFile();
    file[kMajorAt] = static_cast<uint8_t>(major);
    FixHeadHash(&file);
    EXPECT_EQ(OpenError(file), SnapshotError::kUnsupportedMajor) << major;
  }
}

TEST(SnapshotReader, AcceptsUnknownMinorAndSkipsUnknownSections) {
  std::vector<uint8_t> file = MakeFile();
  file[kMinorAt] = 9;
  FixHeadHash(&file);
  EXPECT_EQ(OpenError(file), SnapshotError::kNone);
}

TEST(SnapshotReader, RejectsAnyMissingOrRepeatedSection) {
  for (uint32_t id = 1; id <= kNumSections; ++id) {
    for (const uint32_t other : {id % kNumSections + 1, kNumSections + 1, 0u}) {
      std::vector<uint8_t> file = MakeFile();
      StoreLe(SectionEntry(&file, id), other);
      FixHeadHash(&file);
      EXPECT_EQ(OpenError(file), SnapshotError::kBadSection) << id << " as " << other;
    }
  }
}

TEST(SnapshotReader, TellsWhenEachExemptionEnds) {
  const std::vector<uint8_t> file = MakeFile();
  Snapshot snapshot;
  ASSERT_EQ(Snapshot::Open(file, &snapshot), SnapshotError::kNone);
  ASSERT_EQ(snapshot.num_exemptions(), kNumExemptions);
  for (uint8_t i = 0; i < kNumExemptions; ++i) {
    // That this was long ago is for the caller to see.
    EXPECT_EQ(snapshot.ExemptUntilMs(ExemptionNumber(i)), 1000u + i);
  }
  EXPECT_EQ(snapshot.ExemptUntilMs(ExemptionNumber(kNumExemptions)), 0u);
  ExemptionKey first{}, last{};
  memset(last.bytes, 0xff, sizeof last.bytes);
  EXPECT_EQ(snapshot.ExemptUntilMs(first), 0u);
  EXPECT_EQ(snapshot.ExemptUntilMs(last), 0u);
}

TEST(SnapshotReader, RejectsExemptionsOfAWrongLength) {
  for (uint64_t size : {1u, 39u, 41u, 79u}) {
    std::vector<uint8_t> file = MakeFile();
    StoreLe(SectionEntry(&file, kExemptions) + 16, size);
    FixHeadHash(&file);
    EXPECT_EQ(OpenError(file), SnapshotError::kBadSection) << size;
  }
}

TEST(SnapshotReader, RejectsSectionsOutsideTheFile) {
  for (uint64_t offset : {uint64_t{0}, uint64_t{1} << 40, ~uint64_t{0}, ~uint64_t{0} - 7}) {
    std::vector<uint8_t> file = MakeFile();
    StoreLe(SectionEntry(&file, kIssuers) + 8, offset);
    FixHeadHash(&file);
    EXPECT_EQ(OpenError(file), SnapshotError::kBadSection) << offset;
  }
}

TEST(SnapshotReader, RejectsWrongMaskWidthAndFilterCount) {
  for (uint32_t count : {0u, 1u, 4u, 513u, ~0u}) {
    std::vector<uint8_t> file = MakeFile();
    StoreLe(file.data() + kFilterCountAt, count);
    FixHeadHash(&file);
    EXPECT_EQ(OpenError(file), SnapshotError::kBadSection) << count;
  }
  std::vector<uint8_t> file = MakeFile();
  StoreLe(file.data() + kMaskWordsAt, uint32_t{2});
  FixHeadHash(&file);
  EXPECT_EQ(OpenError(file), SnapshotError::kBadSection);
}

// The body carries no checksum that readers look at: damage there must never crash, and a bad
// offset means "no data". Run under AddressSanitizer this reads every byte that a query can reach.
TEST(SnapshotReader, AnswersOrSaysNoDataWhateverTheBodyContains) {
  const std::vector<uint8_t> file = MakeFile();
  std::mt19937_64 random(5);
  const size_t body = kHeaderSize + kNumSections * kSectionEntrySize;
  size_t no_data = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<uint8_t> damaged = file;
    for (int i = 0; i < 8; ++i) {
      const size_t at = body + random() % (damaged.size() - body);
      damaged[at] = random() % 2 == 0 ? 0xff : static_cast<uint8_t>(random());
    }
    Snapshot snapshot;
    if (Snapshot::Open(damaged, &snapshot) != SnapshotError::kNone) continue;  // the policy
    for (uint32_t i = 0; i < 4; ++i) {
      const std::vector<uint8_t> serial = RandomBytes(&random, 2);
      const Sct scts[] = {{LogNumber(0), random() % 2000}, {LogNumber(1), random() % 2000}};
      const Verdict verdict =
          snapshot.Check({IssuerNumber(static_cast<uint32_t>(random() % 16)), serial, scts});
      if (verdict.outcome == Outcome::kNoData) {
        EXPECT_EQ(verdict.reason, Reason::kDamaged);
        ++no_data;
      }
      (void)snapshot.filter_name(verdict.filter);
    }
  }
  EXPECT_GT(no_data, 100u);
}

TEST(SnapshotReader, SaysNoDataWhenBreakpointsLieBeyondTheirSection) {
  std::vector<uint8_t> file = MakeFile();
  const uint64_t logs = LoadLe64(SectionEntry(&file, kLogs) + 8);
  const LogId log = {*reinterpret_cast<const LogId*>(file.data() + logs)};
  StoreLe(file.data() + logs + 32, ~uint32_t{0});
  Snapshot snapshot;
  ASSERT_EQ(Snapshot::Open(file, &snapshot), SnapshotError::kNone);
  const Sct sct = {log, 1};
  const uint8_t serial[] = {1};
  EXPECT_EQ(snapshot.Check({IssuerNumber(0), serial, {&sct, 1}}).reason, Reason::kDamaged);
}

TEST(SnapshotReader, SaysNoDataWhenABlobLiesBeyondTheMapping) {
  std::vector<uint8_t> file = MakeFile();
  const uint64_t issuers = LoadLe64(SectionEntry(&file, kIssuers) + 8);
  const uint64_t size = LoadLe64(SectionEntry(&file, kIssuers) + 16);
  for (uint64_t at = issuers; at < issuers + size; at += kIssuerEntrySize) {
    StoreLe(file.data() + at + 32, ~uint64_t{0} - 3);
  }
  Snapshot snapshot;
  ASSERT_EQ(Snapshot::Open(file, &snapshot), SnapshotError::kNone);
  size_t damaged = 0;
  for (uint32_t issuer = 0; issuer < 16; ++issuer) {
    for (uint64_t time = 0; time < 2000; time += 100) {
      const Sct sct = {LogNumber(0), time};
      const uint8_t serial[] = {1};
      const Verdict verdict = snapshot.Check({IssuerNumber(issuer), serial, {&sct, 1}});
      damaged += verdict.reason == Reason::kDamaged ? 1 : 0;
    }
  }
  EXPECT_GT(damaged, 10u);
}

}  // namespace
}  // namespace crlite
