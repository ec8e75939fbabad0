#include "sync/trust/canonical_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace crlite {
namespace {

using nlohmann::json;

// The canonical form of a JSON text; "refused: ..." when there is none.
std::string Canonical(const std::string& text) {
  const Result<std::string> canonical = CanonicalJson(json::parse(text));
  return canonical.ok() ? *canonical : "refused: " + canonical.error().message;
}

TEST(CanonicalJson, HasNoSpace) {
  EXPECT_EQ(Canonical(" { \"a\" : [ 1 , { } , [ ] ] ,\n\t\"b\" : \" \" } "),
            R"({"a":[1,{},[]],"b":" "})");
}

TEST(CanonicalJson, SortsKeysByCodePointAtEveryDepth) {
  EXPECT_EQ(Canonical(R"({"b":{"z":1,"a":2},"a":[{"d":1,"c":2}],"B":0,"aa":0,"":0,"a1":0})"),
            R"({"":0,"B":0,"a":[{"c":2,"d":1}],"a1":0,"aa":0,"b":{"a":2,"z":1}})");
  // By UTF-16 the clef (D834...) would precede U+E000.
  EXPECT_EQ(Canonical("{\"\\ud834\\udd1e\":1,\"\\ue000\":2,\"\\u00e9\":3}"),
            R"({"\u00e9":3,"\ue000":2,"\ud834\udd1e":1})");
}

TEST(CanonicalJson, KeepsTheOrderOfLists) {
  EXPECT_EQ(Canonical(R"([3,1,2,"b","a"])"), R"([3,1,2,"b","a"])");
}

TEST(CanonicalJson, EscapesInTheShortestWayButOnlyWhatItMust) {
  EXPECT_EQ(Canonical(R"("\b\f\n\r\t\"\\")"), R"("\b\f\n\r\t\"\\")");
  EXPECT_EQ(Canonical(R"("\u0008\u000c\u000a\u000d\u0009\u0022\u005c")"), R"("\b\f\n\r\t\"\\")");
  EXPECT_EQ(Canonical(R"("\/\u002f'<>&")"), R"("//'<>&")");
  EXPECT_EQ(Canonical(R"("\u0041\u007e")"), R"("A~")");
}

TEST(CanonicalJson, WritesAllElseAsLowerCaseCodeUnits) {
  EXPECT_EQ(Canonical(R"("\u0000\u001F\u007F\u0080")"), R"("\u0000\u001f\u007f\u0080")");
  EXPECT_EQ(Canonical("\"\x7f\""), R"("\u007f")");
  EXPECT_EQ(Canonical("\"\xc3\xa9 \xe2\x82\xac \xef\xbf\xbd\""), R"("\u00e9 \u20ac \ufffd")");
  EXPECT_EQ(Canonical(R"("\u2028\uABCD")"), R"("\u2028\uabcd")");
}

TEST(CanonicalJson, WritesAstralCharactersAsTwoEscapes) {
  EXPECT_EQ(Canonical("\"\xf0\x9f\x98\x80\""), R"("\ud83d\ude00")");
  EXPECT_EQ(Canonical(R"("\uD834\uDD1E")"), R"("\ud834\udd1e")");
  EXPECT_EQ(Canonical("\"\xf4\x8f\xbf\xbf\""), R"("\udbff\udfff")");
}

TEST(CanonicalJson, WritesWords) {
  EXPECT_EQ(Canonical(R"({"a":null,"b":true,"c":false})"), R"({"a":null,"b":true,"c":false})");
}

TEST(CanonicalJson, KeepsIntegersExactly) {
  EXPECT_EQ(Canonical("[0,-1,1732111007949,9007199254740993,18446744073709551615]"),
            "[0,-1,1732111007949,9007199254740993,18446744073709551615]");
  EXPECT_EQ(Canonical("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(Canonical("-0"), "0");
}

TEST(CanonicalJson, RefusesNumbersThatAreNoIntegers) {
  for (const char* text : {"1.5", "1.0", "1e3", "-0.0", "18446744073709551616",
                           "-9223372036854775809", R"([{"a":[1,{"b":0.1}]}])"}) {
    EXPECT_EQ(Canonical(text).substr(0, 28), "refused: a number that is no") << text;
  }
}

TEST(CanonicalJson, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(CanonicalJson(json("\xff")).error().message, "a string that is not UTF-8");
  EXPECT_EQ(CanonicalJson(json("\xed\xa0\x80")).error().message, "a string that is not UTF-8");
}

}  // namespace
}  // namespace crlite
