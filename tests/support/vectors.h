// Where the known answers are, when they are there at all.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace crlite {

// Path of a file or folder of the test vectors.
inline std::string VectorPath(const std::string& relative) {
  return std::string(CRLITE_VECTORS) + "/" + relative;
}

}  // namespace crlite

// Ends a test that needs a vector which is not on this machine, and says so.
#define CRLITE_NEEDS_VECTOR(relative)                                                 \
  if (!std::filesystem::exists(::crlite::VectorPath(relative))) {                     \
    GTEST_SKIP() << "skipped: no test vectors at " << ::crlite::VectorPath(relative); \
  }
