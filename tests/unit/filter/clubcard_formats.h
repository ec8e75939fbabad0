// Reads and writes a clubcard in either encoding, for tests that run over both.
#pragma once

#include <gtest/gtest.h>

#include "cascade/filter/clubcard.h"

namespace crlite {

using Format = Clubcard::Format;

inline Result<std::unique_ptr<Clubcard>> Read(Format format, Bytes content) {
  return format == Format::kV3 ? ReadClubcardV3(content) : ReadClubcardV4(content);
}

inline Result<std::vector<uint8_t>> Write(Format format, const Clubcard& clubcard) {
  return format == Format::kV3 ? WriteClubcardV3(clubcard) : WriteClubcardV4(clubcard);
}

inline std::vector<uint8_t> WriteOrDie(Format format, const Clubcard& clubcard) {
  auto file = Write(format, clubcard);
  EXPECT_TRUE(file.ok()) << file.error().message;
  return std::move(file).value();
}

}  // namespace crlite
