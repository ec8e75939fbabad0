// The snapshot as it lies in memory, and the one verdict function that the module and the tools
// share.
//
// Freestanding: no allocation, no lock, no system call. docs/snapshot-format.md.
#pragma once

#include "cascade/reader/exemption.h"
#include "cascade/reader/policy.h"
#include "cascade/reader/query.h"
#include "cascade/reader/snapshot_format.h"

namespace crlite {

// Why a file is no snapshot.
enum class SnapshotError : uint8_t {
  kNone,
  kTooShort,
  kNotASnapshot,      // wrong magic
  kUnsupportedMajor,  // written by a newer crlite-sync
  kWrongSize,         // file_size differs from the bytes at hand: truncated, or something appended
  kBadHead,           // head_hash does not match: header or section table damaged
  kBadSection,        // a section is missing, repeated, outside the file or of a wrong length
};
// One phrase, for example "header or section table damaged". Static strings.
const char* SnapshotErrorText(SnapshotError error);

// A view of a snapshot: a few pointers into bytes that the caller keeps alive and unchanged.
// Copyable; safe to use from any number of threads.
class Snapshot {
 public:
  // Looks at header, section table and policy alone (a few hundred bytes, whatever the size); every
  // later read is checked against `bytes`. On failure *out stays as it was.
  [[nodiscard]] static SnapshotError Open(Bytes bytes, Snapshot* out);

  // The verdict over all filters: docs/formats.md, "Combining". Reason is kFilters, or kNoSnapshot
  // when there is no filter, or kDamaged when the data contradicts itself.
  Verdict Check(const Query& query) const;

  // What filter i alone says, by the same evaluation: the evidence behind a verdict. Reason is
  // kFilters or kDamaged. Not in the module: snapshot_evidence.cc.
  Verdict CheckFilter(size_t i, const Query& query) const;
  // Whether filter i has a block of the issuer. snapshot_evidence.cc.
  bool KnowsIssuer(size_t i, const IssuerSpkiHash& issuer) const;

  // When the exemption of this key ends (ms since the epoch, inclusive): it is in force until then.
  // 0: there is none.
  uint64_t ExemptUntilMs(const ExemptionKey& key) const;

  uint64_t generation() const { return generation_; }
  uint64_t data_time_ms() const { return data_time_ms_; }
  uint64_t published_ms() const { return published_ms_; }
  const Policy& policy() const { return policy_; }
  size_t size() const { return bytes_.size(); }

  // Filters with data; the self-test filter, always the last one, is not counted.
  size_t num_filters() const { return filter_count_ - 1; }
  bool has_data() const { return num_filters() != 0; }
  size_t num_issuers() const { return issuers_.size() / snapshot_format::kIssuerEntrySize; }
  size_t num_logs() const { return logs_.size() / snapshot_format::kLogEntrySize; }

  // Log i of the coverage, and the earliest and latest timestamp of it that any filter covers (ms
  // since the epoch, inclusive; gaps may lie between them). False for an i beyond the table, and
  // for a log that the data contradicts itself about. snapshot_evidence.cc.
  [[nodiscard]] bool ReadLog(size_t i, LogId* log, uint64_t* low_ms, uint64_t* high_ms) const;

  // Exemptions, those that have ended since included.
  size_t num_exemptions() const {
    return exemptions_.size() / snapshot_format::kExemptionEntrySize;
  }
  // When exemption i ends; 0 for an i beyond the table.
  uint64_t exemption_until_ms(size_t i) const;

  // Filter i of the verdict's evidence: name (1 to 32 bytes), SHA-256 of its file, its own time
  // (0: unknown). Empty for an i beyond the table.
  Bytes filter_name(size_t i) const;
  Bytes filter_hash(size_t i) const;
  uint64_t filter_time_ms(size_t i) const;

  // SHA-256 over everything behind the section table equals the header's body_hash. Reads the
  // whole file: for publish and `verify`, never for the module.
  bool BodyHashMatches() const;

 private:
  struct Mask {
    uint64_t words[snapshot_format::kMaxMaskWords];
  };

  [[nodiscard]] bool ReadSections(uint32_t count);
  [[nodiscard]] bool SectionsFitTogether() const;
  // False when the log's breakpoints lie outside of their section.
  [[nodiscard]] bool AddCoverage(const Sct& sct, Mask* mask) const;
  // What the filters in `mask`, one or more, say of the issuer and the serial; they cover the
  // query.
  Verdict Ask(const Query& query, Mask* mask, Verdict verdict) const;
  [[nodiscard]] bool FindBlob(const IssuerSpkiHash& issuer, Bytes* blob, bool* ok) const;
  bool IsEmpty(const Mask& mask) const;
  // Whether no filter with data is missing.
  bool HasAllFilters(const Mask& mask) const;
  Bytes FilterEntry(size_t i) const;

  Bytes bytes_;
  Bytes filters_, logs_, breakpoints_, buckets_, issuers_, blobs_, exemptions_, strips_;
  uint64_t generation_ = 0, data_time_ms_ = 0, published_ms_ = 0;
  uint32_t filter_count_ = 1;
  uint32_t mask_words_ = 1;
  Policy policy_;
};

}  // namespace crlite
