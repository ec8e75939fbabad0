// The parts of Snapshot that explain its verdicts. No part of the module.

#include "cascade/reader/snapshot.h"
#include "cascade/reader/snapshot_issuer.h"

namespace crlite {

using namespace snapshot_format;

Verdict Snapshot::CheckFilter(size_t i, const Query& query) const {
  const Verdict not_covered = {Outcome::kNotCovered, Reason::kFilters};
  if (i >= filter_count_) return not_covered;
  Mask covering = {};
  for (const Sct& sct : query.scts) {
    if (!AddCoverage(sct, &covering)) return {Outcome::kNoData, Reason::kDamaged};
  }
  Mask alone = {};
  alone.words[i / 64] = covering.words[i / 64] & uint64_t{1} << (i % 64);
  return IsEmpty(alone) ? not_covered : Ask(query, &alone, not_covered);
}

bool Snapshot::KnowsIssuer(size_t i, const IssuerSpkiHash& issuer) const {
  bool ok = true;
  Bytes bytes;
  IssuerBlob blob;
  if (i >= filter_count_ || !FindBlob(issuer, &bytes, &ok)) return false;
  return blob.Open(bytes, strips_, mask_words_) && (blob.enrolled(i / 64) >> (i % 64) & 1) != 0;
}

bool Snapshot::ReadLog(size_t i, LogId* log, uint64_t* low_ms, uint64_t* high_ms) const {
  if (i >= num_logs()) return false;
  const uint8_t* entry = logs_.data() + i * kLogEntrySize;
  const size_t size = BreakpointSize(mask_words_);
  bool ok = true;
  const Bytes points = Slice(breakpoints_, uint64_t{LoadLe32(entry + 32)} * size,
                             uint64_t{LoadLe32(entry + 36)} * size, &ok);
  if (!ok || points.size() < size) return false;
  const uint8_t* last = points.data() + points.size() - size;
  bool is_open = false;
  for (size_t word = 0; word < mask_words_; ++word) is_open |= LoadLe64(last + 8 + 8 * word) != 0;
  memcpy(log->bytes, entry, kHashSize);
  *low_ms = LoadLe64(points.data());
  *high_ms = is_open ? UINT64_MAX : LoadLe64(last) - 1;
  return *low_ms <= *high_ms;
}

}  // namespace crlite
