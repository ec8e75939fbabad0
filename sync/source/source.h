// A place that filters come from, and how the command line and messages name it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/config.h"
#include "sync/offer/offer.h"
#include "sync/store/filter_store.h"
#include "sync/transfer/fetcher.h"
#include "sync/trust/signed_list.h"

namespace crlite {

// What one place has to give. Not thread-safe. Failures of the place are kUnavailable: another one
// may do better.
class Source {
 public:
  virtual ~Source() = default;

  // What there is to have, with `source` set to SourceSpec; with a proof where there is one, which
  // then has been verified, and always where the configuration requires it. `held` is what the same
  // place gave last (nullptr: nothing): it is returned as it is when the place says that nothing
  // has changed, and its proof's chain is used again. No filter's bytes are kept.
  virtual Result<Offer> GetOffer(const Offer* held) = 0;

  // Brings files[i], for the i in `missing` (ascending), into incoming/ of the store, each of the
  // size and hash that it was offered with. Those that arrived stay when another one fails.
  virtual Status Bring(const Offer& offer, const std::vector<size_t>& missing,
                       FilterStore* store) = 0;
};

// "remote-settings+https://host/v1", "manifest+https://host/folder/", "dir:PATH" or
// "capsule:FILE" (crlite-sync --source). The result needs no signature, except for the kinds that
// always have one: its name was given by hand. Errors are kUsage.
Result<SourceConfig> ParseSourceSpec(std::string_view spec);

// The inverse.
std::string SourceSpec(const SourceConfig& config);

// Whom to believe about data of `source`: its roots, else Mozilla's production root.
Trust TrustOf(const SourceConfig& source);

// `fetcher` must outlive the result. Refuses a URL that CheckUrl refuses.
Result<std::unique_ptr<Source>> OpenSource(const SourceConfig& config, Fetcher* fetcher);

}  // namespace crlite
