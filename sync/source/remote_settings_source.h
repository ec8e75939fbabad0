// A server of Mozilla's Remote Settings (docs/formats.md, "Remote Settings").
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sync/source/source.h"

namespace crlite {

class RemoteSettingsSource final : public Source {
 public:
  // `config.location` has passed CheckUrl.
  RemoteSettingsSource(const SourceConfig& config, Fetcher* fetcher);

  Result<Offer> GetOffer(const Offer* held) override;
  Status Bring(const Offer& offer, const std::vector<size_t>& missing, FilterStore* store) override;

 private:
  // The server's word about the collection's last change.
  struct Poll {
    std::optional<uint64_t> timestamp_ms;  // nullopt: none since the one that was asked about
    Validator validator;
  };

  Result<Document> GetFound(const std::string& url, uint64_t max_size);
  Result<Poll> PollChanges(const std::optional<uint64_t>& since_ms, const Validator& held);
  Result<std::string> GetChain(const std::string& x5u);
  // capabilities.<capability>.<key> of the server: a URL, with '/' at its end.
  Result<std::string> BaseUrl(const char* capability, const char* key);
  // What the server names may be on another one by https alone, as it is not the server's to say
  // which other addresses this machine talks to.
  Status CheckNamedUrl(const std::string& url) const;

  const std::string name_;
  std::string server_;  // without '/' at its end
  const Trust trust_;
  Fetcher* fetcher_;
  std::optional<nlohmann::json> server_info_;
};

}  // namespace crlite
