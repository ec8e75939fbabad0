// A crlite_result of our own libraries' on top of libcrlite.
//
// Freestanding.
#pragma once

#include <crlite/crlite.h>

namespace crlite {

// Frees itself; null when there was no memory.
class OwnedResult {
 public:
  OwnedResult() : result_(crlite_result_new()) {}
  OwnedResult(const OwnedResult&) = delete;
  OwnedResult& operator=(const OwnedResult&) = delete;
  ~OwnedResult() { crlite_result_free(result_); }

  crlite_result* get() const { return result_; }

 private:
  crlite_result* const result_;
};

}  // namespace crlite
