#include "sync/upki/upki_index.h"

#include <gtest/gtest.h>

#include <cstring>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/filter/clubcard.h"
#include "tests/support/vectors.h"

namespace crlite {
namespace {

LogId Log(uint8_t byte) {
  LogId log;
  memset(log.bytes, byte, kHashSize);
  return log;
}

std::string Repeated(const char* hex) {
  std::string text;
  for (size_t i = 0; i < kHashSize; ++i) text += hex;
  return text;
}

// Written from the table in docs/formats.md.
TEST(UpkiIndex, HasLogsAscendingAndTheirFiltersInOrder) {
  const std::vector<IndexedFilter> filters = {{"b.filter", {{Log(9), 1, 2}}},
                                              {"a.delta", {{Log(7), 3, 4}, {Log(9), 0x0102, 5}}}};
  const std::string expected = ToHex(Bytes(reinterpret_cast<const uint8_t*>("upkiidx1"), 8)) +
                               "0002" + "00000002" +                           // 14 bytes
                               "622e66696c746572" + std::string(48, '0') +     // b.filter
                               "612e64656c7461" + std::string(50, '0') +       // a.delta
                               Repeated("07") + "00000000000000a2" + "0001" +  // 162 = 14 +
                               Repeated("09") + "00000000000000b4" + "0002" +  // 64 + 84
                               "0001" + "0000000000000003" + "0000000000000004" + "0000" +
                               "0000000000000001" + "0000000000000002" + "0001" +
                               "0000000000000102" + "0000000000000005";
  EXPECT_EQ(ToHex(MakeUpkiIndex(filters)), expected);
}

TEST(UpkiIndex, OfFiltersThatCoverNothingNamesThemAlone) {
  EXPECT_EQ(MakeUpkiIndex({{"x.filter", {}}}).size(), 14u + 32u);
  EXPECT_EQ(MakeUpkiIndex({}).size(), 14u);
}

TEST(UpkiIndex, OfFirefoxsFiltersIsTheVector) {
  CRLITE_NEEDS_VECTOR("crlite-derived/index.bin");
  std::vector<IndexedFilter> filters;
  for (const char* name :
       {"20201017-0-filter", "20201017-1-filter.delta", "20201201-3-filter.delta"}) {
    const auto filter = ReadFilterFile(VectorPath(std::string("crlite-firefox/") + name));
    ASSERT_TRUE(filter.ok()) << filter.error().message;
    filters.push_back({name, dynamic_cast<const Clubcard&>(**filter).coverage});
  }
  const auto expected = ReadFile(VectorPath("crlite-derived/index.bin"), 1 << 20);
  ASSERT_TRUE(expected.ok()) << expected.error().message;
  EXPECT_EQ(MakeUpkiIndex(filters), *expected);
}

}  // namespace
}  // namespace crlite
