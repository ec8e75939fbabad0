// One set of filters behind three readers: the reference, FilterSet, and a compiled snapshot.
#pragma once

#include <string>
#include <vector>

#include "cascade/filter/filter_set.h"
#include "cascade/reader/snapshot.h"
#include "tests/reference/random_clubcard.h"

namespace crlite {

// Movable only while empty; the views inside borrow from it.
class Agreement {
 public:
  Agreement() = default;
  Agreement(const Agreement&) = delete;
  Agreement& operator=(const Agreement&) = delete;

  // Gives a clubcard file to both readers. Returns what went wrong, empty for nothing.
  [[nodiscard]] std::string Add(Bytes file);
  // Compiles the snapshot from all that was added. Call once, before Compare.
  [[nodiscard]] std::string Compile();
  // Both for what WriteClubcard makes of `filters`.
  [[nodiscard]] std::string Open(const std::vector<Clubcard>& filters);

  // Asks all three; returns how they differ, empty for not at all. Also checks the evidence: the
  // named filter says so alone, the SCT that the snapshot names is the first covered one.
  [[nodiscard]] std::string Compare(const OwnedQuery& query) const;

  const std::vector<const Clubcard*>& clubcards() const { return clubcards_; }
  const Snapshot& snapshot() const { return snapshot_; }
  Bytes snapshot_bytes() const { return snapshot_bytes_; }

 private:
  std::string CheckAnswer(const Verdict& verdict, const crlite_reference::Query& query) const;
  std::string CheckSct(const Verdict& verdict, const crlite_reference::Query& query) const;

  std::vector<crlite_reference::Clubcard> references_;
  FilterSet filters_;
  std::vector<const Clubcard*> clubcards_;  // those inside filters_
  std::vector<uint8_t> snapshot_bytes_;
  Snapshot snapshot_;
};

// WriteClubcardV3 or V4, as clubcard.format says.
Result<std::vector<uint8_t>> WriteClubcard(const Clubcard& clubcard);

}  // namespace crlite
