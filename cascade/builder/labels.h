// Which of one issuer's known serials are revoked.
#pragma once

#include <atomic>
#include <optional>

#include "cascade/builder/equation_table.h"
#include "cascade/builder/reasons.h"
#include "cascade/builder/serial_set.h"
#include "cascade/builder/universe.h"

namespace crlite {

// Loaded once, then marked with every known serial, then finished, then asked. Mark and IsRevoked
// are safe from any number of threads.
class Labels {
 public:
  struct Options {
    ReasonSet reasons = ReasonSet::kAll;
    // Revocations in here, which may be null, count as not revoked: they are not news.
    const SerialSet* previous = nullptr;
    bool wants_old = false;  // RevokedAndOld will be called
  };

  Status Load(const IssuerSource& source, const Options& options);
  // Takes note that these serials are known.
  void Mark(std::span<const Bytes> serials);
  // After the last Mark: forgets revocations of unknown serials.
  void Finish();

  bool IsRevoked(const Equation& equation) const {
    return fresh_.Find(equation) != EquationTable::kNone;
  }
  // Those of revoked and known serials, ascending, no repetitions.
  std::span<const Equation> revoked() const { return fresh_.equations(); }

  // Known serials, those of them revoked, with repetitions.
  uint64_t num_known() const { return num_known_; }
  uint64_t num_revoked_marks() const { return num_revoked_marks_; }

  // Revoked and known serials and those that `previous` held. Reads the source again.
  Result<SerialSet> RevokedAndOld() const;

 private:
  Equation EquationOf(Bytes serial) const;
  bool MayBeRevoked(uint64_t hash) const {
    return hint_[(hash & hint_mask_) / 64] >> (hash & hint_mask_) % 64 & 1;
  }
  Status ForEachRevoked(const std::function<void(Bytes)>& take) const;
  void MakeHint(std::span<const uint64_t> hashes);

  const IssuerSource* source_ = nullptr;
  Options options_;
  EquationTable fresh_, old_;  // old_ is empty unless wants_old
  // A bit for every hash of a revoked serial: most known serials need no SHA-256 to be counted.
  std::vector<uint64_t> hint_;
  uint64_t hint_mask_ = 0;
  std::atomic<uint64_t> num_known_ = 0, num_revoked_marks_ = 0;
};

}  // namespace crlite
