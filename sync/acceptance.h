// Which data may replace what is in force.
//
// One rule for whoever fetches, publishes and mirrors; only the one who publishes decides.
#pragma once

#include "cascade/base/result.h"
#include "conf/config.h"
#include "sync/offer/offer.h"
#include "sync/store/floors.h"
#include "sync/trust/signed_list.h"

namespace crlite {

// What the administrator permits for one run.
struct Allowances {
  bool rollback = false;       // data older than what was accepted before
  bool unsigned_data = false;  // unsigned data, although signed data was accepted before
};

class Acceptance {
 public:
  // `floors` and `current` (what is in force, nullptr: nothing) must outlive this.
  Acceptance(const Config& config, const Floors& floors, const Offer* current,
             Allowances allowances);

  // The offer with the time and the files that its proof vouches for, or the reason why it may not
  // be used (kUnavailable): the proof does not verify, is missing where the configuration of the
  // offer's source requires one, or after signed data; the source is none of the configured ones
  // and nothing signed by Mozilla either; its time is in the future, or a rollback.
  Result<Offer> Judge(Offer offer, uint64_t now_ms) const;

  // The key of the offer, which Judge has returned, in `floors`.
  std::string IdentityOf(const Offer& offer) const;

 private:
  const SourceConfig* SourceOf(const Offer& offer) const;
  Status CheckUnsigned(const Offer& offer) const;
  Status CheckNotRollback(const Offer& offer) const;

  const Config& config_;
  const Floors& floors_;
  const Offer* current_;
  Allowances allowances_;
};

}  // namespace crlite
