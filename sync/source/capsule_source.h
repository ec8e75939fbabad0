// A capsule as a source.
#pragma once

#include <string>

#include "sync/source/source.h"

namespace crlite {

class CapsuleSource final : public Source {
 public:
  explicit CapsuleSource(const SourceConfig& config);

  Result<Offer> GetOffer(const Offer* held) override;
  Status Bring(const Offer& offer, const std::vector<size_t>& missing, FilterStore* store) override;

 private:
  const std::string name_, path_;
  const Trust trust_;
};

}  // namespace crlite
