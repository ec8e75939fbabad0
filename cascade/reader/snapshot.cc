#include "cascade/reader/snapshot.h"

#include "cascade/reader/sha256.h"
#include "cascade/reader/snapshot_issuer.h"

namespace crlite {

using namespace snapshot_format;

namespace {

constexpr Verdict kDamagedVerdict = {Outcome::kNoData, Reason::kDamaged};

Sha256Digest HeadHash(Bytes bytes, uint32_t section_count) {
  return Sha256::Hash(bytes.first(kHeadHashAt),
                      bytes.subspan(kHeaderSize, section_count * kSectionEntrySize));
}

// Index of the entry whose first kHashSize bytes equal `hash`, among those from `first` to `last` -
// 1 of a table that is sorted by them; else SIZE_MAX.
size_t FindSorted(Bytes table, size_t entry_size, size_t first, size_t last, const uint8_t* hash) {
  if (first >= last) return SIZE_MAX;
  // The last entry whose first eight bytes are not above the wanted ones, without branches: they
  // would be guessed wrong half the time.
  const uint64_t wanted = LoadBe64(hash);
  for (size_t count = last - first; count > 1;) {
    const size_t half = count / 2;
    first += LoadBe64(table.data() + (first + half) * entry_size) <= wanted ? half : 0;
    count -= half;
  }
  for (size_t i = first + 1; i-- > 0;) {
    const uint8_t* entry = table.data() + i * entry_size;
    if (memcmp(entry, hash, kHashSize) == 0) return i;
    if (LoadBe64(entry) != wanted) break;
  }
  return SIZE_MAX;
}

// The last of the breakpoints, `size` bytes each and ascending, at or before `time_ms`; null if
// none.
const uint8_t* LastBreakpoint(Bytes points, size_t size, uint64_t time_ms) {
  size_t count = points.size() / size;
  if (count == 0) return nullptr;
  const uint8_t* point = points.data();
  while (count > 1) {
    const size_t half = count / 2;
    point += LoadLe64(point + half * size) <= time_ms ? half * size : 0;
    count -= half;
  }
  return LoadLe64(point) <= time_ms ? point : nullptr;
}

}  // namespace

const char* SnapshotErrorText(SnapshotError error) {
  switch (error) {
    case SnapshotError::kNone:
      return "no error";
    case SnapshotError::kTooShort:
      return "too short for a header";
    case SnapshotError::kNotASnapshot:
      return "not a snapshot (wrong magic)";
    case SnapshotError::kUnsupportedMajor:
      return "format of an unknown major version";
    case SnapshotError::kWrongSize:
      return "size differs from the header's";
    case SnapshotError::kBadHead:
      return "header or section table damaged";
    case SnapshotError::kBadSection:
      return "a section is missing or has a wrong place or length";
  }
  return "";
}

SnapshotError Snapshot::Open(Bytes bytes, Snapshot* out) {
  if (bytes.size() < kHeaderSize) return SnapshotError::kTooShort;
  const uint8_t* p = bytes.data();
  if (memcmp(p, kMagic, sizeof kMagic) != 0) return SnapshotError::kNotASnapshot;
  if (LoadLe16(p + kMajorAt) != kMajor) return SnapshotError::kUnsupportedMajor;
  if (LoadLe64(p + kFileSizeAt) != bytes.size()) return SnapshotError::kWrongSize;
  const uint32_t section_count = LoadLe32(p + kSectionCountAt);
  if (section_count > kMaxSections ||
      section_count > (bytes.size() - kHeaderSize) / kSectionEntrySize) {
    return SnapshotError::kBadSection;
  }
  if (memcmp(HeadHash(bytes, section_count).bytes, p + kHeadHashAt, kHashSize) != 0) {
    return SnapshotError::kBadHead;
  }

  Snapshot snapshot;
  snapshot.bytes_ = bytes;
  snapshot.generation_ = LoadLe64(p + kGenerationAt);
  snapshot.data_time_ms_ = LoadLe64(p + kDataTimeAt);
  snapshot.published_ms_ = LoadLe64(p + kPublishedAt);
  snapshot.filter_count_ = LoadLe32(p + kFilterCountAt);
  snapshot.mask_words_ = LoadLe32(p + kMaskWordsAt);
  if (!snapshot.ReadSections(section_count) || !snapshot.SectionsFitTogether()) {
    return SnapshotError::kBadSection;
  }
  *out = snapshot;
  return SnapshotError::kNone;
}

bool Snapshot::ReadSections(uint32_t count) {
  Bytes known[kNumSections + 1];
  uint32_t seen = 0;  // bit i: section i
  bool ok = true;
  const uint64_t body = kHeaderSize + uint64_t{count} * kSectionEntrySize;
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t* entry = bytes_.data() + kHeaderSize + i * kSectionEntrySize;
    const uint32_t id = LoadLe32(entry);
    const uint64_t offset = LoadLe64(entry + 8);
    const Bytes section = Slice(bytes_, offset, LoadLe64(entry + 16), &ok);
    if (!ok || offset < body) return false;
    if (id == 0 || id > kNumSections) continue;  // of a later minor version
    if ((seen >> id) & 1) return false;
    seen |= 1u << id;
    known[id] = section;
  }
  if (seen != (1u << (kNumSections + 1)) - 2) return false;
  filters_ = known[kFilters];
  logs_ = known[kLogs];
  breakpoints_ = known[kBreakpoints];
  buckets_ = known[kBuckets];
  issuers_ = known[kIssuers];
  blobs_ = known[kBlobs];
  exemptions_ = known[kExemptions];
  strips_ = known[kStrips];
  return DecodePolicy(known[kPolicy], &policy_);
}

bool Snapshot::SectionsFitTogether() const {
  if (filter_count_ == 0 || filter_count_ > kMaxFilters) return false;
  if (mask_words_ != MaskWords(filter_count_)) return false;
  if (filters_.size() != filter_count_ * kFilterEntrySize) return false;
  if (logs_.size() % kLogEntrySize != 0) return false;
  if (breakpoints_.size() % BreakpointSize(mask_words_) != 0) return false;
  if (issuers_.size() % kIssuerEntrySize != 0) return false;
  if (exemptions_.size() % kExemptionEntrySize != 0) return false;
  // 2^b + 1 bucket bounds, b at most 16.
  if (buckets_.size() % 4 != 0 || buckets_.size() < 8) return false;
  const size_t num_buckets = buckets_.size() / 4 - 1;
  return num_buckets <= 65536 && (num_buckets & (num_buckets - 1)) == 0;
}

uint64_t Snapshot::ExemptUntilMs(const ExemptionKey& key) const {
  const size_t i = FindSorted(exemptions_, kExemptionEntrySize, 0, num_exemptions(), key.bytes);
  return exemption_until_ms(i);
}

uint64_t Snapshot::exemption_until_ms(size_t i) const {
  if (i >= num_exemptions()) return 0;
  return LoadLe64(exemptions_.data() + i * kExemptionEntrySize + kHashSize);
}

bool Snapshot::IsEmpty(const Mask& mask) const {
  uint64_t any = 0;
  for (size_t i = 0; i < mask_words_; ++i) any |= mask.words[i];
  return any == 0;
}

bool Snapshot::HasAllFilters(const Mask& mask) const {
  for (size_t i = 0; i < mask_words_; ++i) {
    const size_t rest = num_filters() - 64 * i;  // filters of this word and later ones
    const uint64_t all = rest >= 64 ? ~uint64_t{0} : (uint64_t{1} << rest) - 1;
    if ((mask.words[i] & all) != all) return false;
  }
  return has_data();
}

bool Snapshot::AddCoverage(const Sct& sct, Mask* mask) const {
  const size_t log = FindSorted(logs_, kLogEntrySize, 0, num_logs(), sct.log.bytes);
  if (log == SIZE_MAX) return true;
  const uint8_t* entry = logs_.data() + log * kLogEntrySize;
  const size_t size = BreakpointSize(mask_words_);
  bool ok = true;
  const Bytes points = Slice(breakpoints_, uint64_t{LoadLe32(entry + 32)} * size,
                             uint64_t{LoadLe32(entry + 36)} * size, &ok);
  if (!ok) return false;
  const uint8_t* point = LastBreakpoint(points, size, sct.timestamp_ms);
  if (point == nullptr) return true;
  for (size_t i = 0; i < mask_words_; ++i) mask->words[i] |= LoadLe64(point + 8 + 8 * i);
  return true;
}

bool Snapshot::FindBlob(const IssuerSpkiHash& issuer, Bytes* blob, bool* ok) const {
  const size_t num_buckets = buckets_.size() / 4 - 1;
  // The first bits of the hash choose the bucket; num_buckets is a power of two up to 2^16.
  const size_t bucket = LoadBe16(issuer.bytes) * num_buckets >> 16;
  const size_t first = LoadLe32(buckets_.data() + 4 * bucket);
  const size_t last = LoadLe32(buckets_.data() + 4 * bucket + 4);
  if (first > last || last > num_issuers()) {
    *ok = false;
    return false;
  }
  const size_t found = FindSorted(issuers_, kIssuerEntrySize, first, last, issuer.bytes);
  if (found == SIZE_MAX) return false;
  const uint8_t* entry = issuers_.data() + found * kIssuerEntrySize;
  *blob = Slice(blobs_, LoadLe64(entry + 32), LoadLe64(entry + 40), ok);
  return *ok;
}

Verdict Snapshot::Check(const Query& query) const {
  if (!has_data() && query.scts.empty()) return {Outcome::kNoData, Reason::kNoSnapshot};

  Verdict verdict = {Outcome::kNotCovered, Reason::kFilters};
  Mask mask = {};
  for (size_t i = 0; i < query.scts.size(); ++i) {
    if (!AddCoverage(query.scts[i], &mask)) return kDamagedVerdict;
    if (verdict.sct == Verdict::kNone && !IsEmpty(mask)) verdict.sct = static_cast<uint16_t>(i);
    if (HasAllFilters(mask)) break;  // another SCT cannot add anything
  }
  if (IsEmpty(mask)) {
    return has_data() ? verdict : Verdict{Outcome::kNoData, Reason::kNoSnapshot};
  }
  return Ask(query, &mask, verdict);
}

Verdict Snapshot::Ask(const Query& query, Mask* covering, Verdict verdict) const {
  Mask& mask = *covering;
  bool ok = true;
  Bytes bytes;
  IssuerBlob blob;
  const bool found = FindBlob(query.issuer, &bytes, &ok);
  if (!ok || (found && !blob.Open(bytes, strips_, mask_words_))) return kDamagedVerdict;
  verdict.outcome = Outcome::kNotEnrolled;
  if (!found) return verdict;

  for (size_t i = 0; i < mask_words_; ++i) mask.words[i] &= blob.enrolled(i);
  if (IsEmpty(mask)) return verdict;
  for (size_t i = mask_words_; i-- > 0;) {
    if (mask.words[i] == 0) continue;
    verdict.filter =
        static_cast<uint16_t>(64 * i + static_cast<size_t>(__builtin_ctzll(mask.words[i])));
  }
  for (size_t i = 0; i < mask_words_; ++i) {
    const uint64_t revoked = mask.words[i] & blob.always_revoked(i);
    if (revoked == 0) continue;
    verdict.outcome = Outcome::kRevoked;
    verdict.filter = static_cast<uint16_t>(64 * i + static_cast<size_t>(__builtin_ctzll(revoked)));
    return verdict;
  }
  switch (blob.Evaluate(query.issuer, query.serial, mask.words, &verdict.filter)) {
    case IssuerBlob::Answer::kRevoked:
      verdict.outcome = Outcome::kRevoked;
      return verdict;
    case IssuerBlob::Answer::kNotRevoked:
      verdict.outcome = Outcome::kNotRevoked;
      return verdict;
    case IssuerBlob::Answer::kDamaged:
      break;
  }
  return kDamagedVerdict;
}

Bytes Snapshot::FilterEntry(size_t i) const {
  return i < filter_count_ ? filters_.subspan(i * kFilterEntrySize, kFilterEntrySize) : Bytes();
}

Bytes Snapshot::filter_hash(size_t i) const {
  const Bytes entry = FilterEntry(i);
  return entry.empty() ? entry : entry.first(kHashSize);
}

Bytes Snapshot::filter_name(size_t i) const {
  const Bytes entry = FilterEntry(i);
  if (entry.empty()) return entry;
  const Bytes name = entry.subspan(kFilterNameAt, kFilterNameSize);
  return name.first(strnlen(reinterpret_cast<const char*>(name.data()), name.size()));
}

uint64_t Snapshot::filter_time_ms(size_t i) const {
  const Bytes entry = FilterEntry(i);
  return entry.empty() ? 0 : LoadLe64(entry.data() + kFilterTimeAt);
}

bool Snapshot::BodyHashMatches() const {
  const size_t body = kHeaderSize + LoadLe32(bytes_.data() + kSectionCountAt) * kSectionEntrySize;
  return memcmp(Sha256::Hash(bytes_.subspan(body)).bytes, bytes_.data() + kBodyHashAt, kHashSize) ==
         0;
}

}  // namespace crlite
