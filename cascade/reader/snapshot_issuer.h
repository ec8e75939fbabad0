// The blocks of one issuer over all filters of a snapshot (docs/snapshot-format.md, "Blob").
//
// Freestanding. Internal to Snapshot; on its own so that it can be fuzzed and measured alone.
#pragma once

#include "cascade/reader/query.h"

namespace crlite {

// A view; blob and strips must outlive it. Copyable; safe to use from any number of threads.
class IssuerBlob {
 public:
  // `strips`: section kStrips. `mask_words`: words of one filter mask. Returns false when the blob
  // contradicts itself.
  [[nodiscard]] bool Open(Bytes blob, Bytes strips, size_t mask_words);

  // Word i of the masks: filters with an entry for the issuer; those that revoke every serial.
  uint64_t enrolled(size_t i) const { return LoadLe64(masks_.data() + 8 * i); }
  uint64_t always_revoked(size_t i) const {
    return LoadLe64(masks_.data() + 8 * (mask_words_ + i));
  }

  enum class Answer { kRevoked, kNotRevoked, kDamaged };
  // Asks the blocks of the filters in `mask` (mask_words words). Sets *filter when kRevoked.
  Answer Evaluate(const IssuerSpkiHash& issuer, Bytes serial, const uint64_t* mask,
                  uint16_t* filter) const;

 private:
  Bytes blob_, strips_, masks_, rows_, descriptors_;
  size_t mask_words_ = 0;
  size_t block_count_ = 0;
  size_t group_count_ = 0;
};

}  // namespace crlite
