// Writes the fields of a filter file from front to back.
#pragma once

#include <utility>
#include <vector>

#include "cascade/filter/field_reader.h"

namespace crlite {

// Values must fit their width: CheckClubcard and the writers see to that before they write.
class FieldWriter {
 public:
  explicit FieldWriter(ByteOrder order) : order_(order) {}

  // `value` in `width` bytes (1 to 8).
  void Number(size_t width, uint64_t value) {
    for (size_t i = 0; i < width; ++i) {
      const size_t shift = 8 * (order_ == ByteOrder::kBig ? width - 1 - i : i);
      out_.push_back(static_cast<uint8_t>(value >> shift));
    }
  }
  void Raw(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  std::vector<uint8_t> Take() { return std::move(out_); }

 private:
  ByteOrder order_;
  std::vector<uint8_t> out_;
};

}  // namespace crlite
