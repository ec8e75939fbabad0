#include "cascade/reader/asn1_time.h"

#include <gtest/gtest.h>
#include <time.h>

#include <string>

namespace crlite {
namespace {

bool Parse(uint8_t tag, const std::string& text, int64_t* out) {
  return ParseAsn1Time(tag, Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()), out);
}

int64_t Seconds(uint8_t tag, const std::string& text) {
  int64_t seconds = -1;
  EXPECT_TRUE(Parse(tag, text, &seconds)) << text;
  return seconds;
}

void ExpectRefused(uint8_t tag, const std::string& text) {
  int64_t seconds = 4711;
  EXPECT_FALSE(Parse(tag, text, &seconds)) << text;
  EXPECT_EQ(seconds, 4711) << text;
}

TEST(Asn1Time, ReadsUtcTime) {
  EXPECT_EQ(Seconds(kTagUtcTime, "700101000000Z"), 0);
  EXPECT_EQ(Seconds(kTagUtcTime, "201020000000Z"), 1603152000);
  EXPECT_EQ(Seconds(kTagUtcTime, "991231235959Z"), 946684799);
}

TEST(Asn1Time, UtcTimeYearsTurnAtFifty) {
  EXPECT_EQ(Seconds(kTagUtcTime, "491231235959Z"), 2524607999);  // 2049
  EXPECT_EQ(Seconds(kTagUtcTime, "500101000000Z"), -631152000);  // 1950
}

TEST(Asn1Time, ReadsGeneralizedTime) {
  EXPECT_EQ(Seconds(kTagGeneralizedTime, "20500101000000Z"), 2524608000);
  EXPECT_EQ(Seconds(kTagGeneralizedTime, "99991231235959Z"), 253402300799);
  EXPECT_EQ(Seconds(kTagGeneralizedTime, "00000101000000Z"), -62167219200);
}

TEST(Asn1Time, KnowsLeapYears) {
  EXPECT_EQ(Seconds(kTagGeneralizedTime, "20000229000000Z"), 951782400);
  EXPECT_EQ(Seconds(kTagGeneralizedTime, "20240229000000Z"), 1709164800);
  ExpectRefused(kTagGeneralizedTime, "19000229000000Z");
  ExpectRefused(kTagGeneralizedTime, "20230229000000Z");
}

TEST(Asn1Time, AgreesWithTheSystemOnEveryDayOfFourCenturies) {
  for (int64_t day = DaysFromCivil(1800, 1, 1); day < DaysFromCivil(2200, 1, 1); ++day) {
    const time_t seconds = static_cast<time_t>(day * 86400);
    struct tm parts;
    ASSERT_NE(gmtime_r(&seconds, &parts), nullptr);
    ASSERT_EQ(DaysFromCivil(parts.tm_year + 1900, static_cast<unsigned>(parts.tm_mon + 1),
                            static_cast<unsigned>(parts.tm_mday)),
              day);
  }
}

TEST(Asn1Time, RefusesValuesOutOfRange) {
  for (const char* text : {"200001000000Z", "201301000000Z", "201100000000Z", "201131000000Z",
                           "201020240000Z", "201020006000Z", "201020000060Z"}) {
    ExpectRefused(kTagUtcTime, text);
  }
}

TEST(Asn1Time, RefusesFormsThatRfc5280DoesNotAllow) {
  for (const char* text : {"", "2010200000Z", "201020000000", "201020000000+0000", "201020000000z",
                           "20102000000 Z", "-01020000000Z", "2010200000000Z"}) {
    ExpectRefused(kTagUtcTime, text);
  }
  for (const char* text : {"20201020000000.5Z", "202010200000Z", "20201020000000", "201020000000Z",
                           "2020102000000:Z"}) {
    ExpectRefused(kTagGeneralizedTime, text);
  }
}

TEST(Asn1Time, RefusesEveryOtherCharacterInPlaceOfADigit) {
  const std::string good = "201020000000Z";
  for (size_t i = 0; i + 1 < good.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      if (c >= '0' && c <= '9') continue;
      std::string bad = good;
      bad[i] = static_cast<char>(c);
      ExpectRefused(kTagUtcTime, bad);
    }
  }
}

TEST(Asn1Time, RefusesOtherTags) {
  ExpectRefused(0x13, "201020000000Z");
  ExpectRefused(kTagGeneralizedTime, "201020000000Z");
  ExpectRefused(kTagUtcTime, "20201020000000Z");
}

}  // namespace
}  // namespace crlite
