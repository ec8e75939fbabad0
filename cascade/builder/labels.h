// Which of one issuer's known serials are revoked.
#pragma once

#include <atomic>
#include <vector>

#include "cascade/builder/reasons.h"
#include "cascade/builder/serial_set.h"
#include "cascade/builder/universe.h"

namespace crlite {

// Loaded once, then marked with every known serial, then asked. Mark and Find are safe from any
// number of threads.
class Labels {
 public:
  // The revocations of `reasons`. Those in `previous`, which may be null, count as not revoked:
  // they are not news.
  Status Load(const IssuerSource& source, ReasonSet reasons, const SerialSet* previous);

  // Takes note that these serials are known.
  void Mark(std::span<const Bytes> serials);

  // After the last Mark. Sets is_revoked[i], which has serials.size() elements.
  void Find(std::span<const Bytes> serials, bool* is_revoked) const;

  // After the last Mark: known serials, those not revoked, with repetitions.
  uint64_t num_known() const { return num_known_; }
  uint64_t num_good() const { return num_known_ - num_revoked_marks_; }
  // Revoked and known serials, no repetitions.
  std::vector<Bytes> Revoked() const;
  // The same with those that `previous` held.
  SerialSet RevokedAndOld() const;

 private:
  // Numbers of the serials in `revoked_`, or kNone.
  void Lookup(std::span<const Bytes> serials, uint32_t* numbers) const;

  SerialSet revoked_;
  // By number in revoked_. Bytes, not bits: threads write them side by side.
  std::vector<uint8_t> is_old_, is_known_;
  std::atomic<uint64_t> num_known_ = 0;
  std::atomic<uint64_t> num_revoked_marks_ = 0;
};

}  // namespace crlite
