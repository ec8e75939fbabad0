// Several filters asked together: a full filter and its deltas (docs/formats.md, "Combining").
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cascade/filter/filter.h"

namespace crlite {

// Immutable once made; safe to ask from any number of threads.
class FilterSet {
 public:
  void Add(std::string name, std::unique_ptr<Filter> filter);

  // Any Revoked wins, then any Good, then any NotEnrolled, else NotCovered; NoData when the set is
  // empty. Every filter is asked unless one says Revoked.
  Verdict Check(const Query& query) const;

  size_t size() const { return filters_.size(); }
  const std::string& name(size_t i) const { return filters_[i].name; }
  const Filter& filter(size_t i) const { return *filters_[i].filter; }

 private:
  struct Named {
    std::string name;
    std::unique_ptr<Filter> filter;
  };
  uint16_t FirstCovered(std::span<const Sct> scts) const;

  std::vector<Named> filters_;
};

}  // namespace crlite
