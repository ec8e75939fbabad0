// Clubcards that the tests of this folder share.
#pragma once

#include <string_view>
#include <vector>

#include "cascade/base/hex.h"
#include "cascade/filter/clubcard.h"

namespace crlite {

inline std::vector<uint8_t> FromHexOrDie(std::string_view text) {
  std::vector<uint8_t> bytes;
  if (!FromHex(text, &bytes)) abort();
  return bytes;
}

// An issuer, or a log, all of whose octets are `octet`.
inline IssuerSpkiHash IssuerOf(uint8_t octet) {
  IssuerSpkiHash issuer;
  memset(issuer.bytes, octet, kHashSize);
  return issuer;
}
inline LogId LogOf(uint8_t octet) {
  LogId log;
  memset(log.bytes, octet, kHashSize);
  return log;
}

// Two logs (the second covers nothing), an issuer of rank 2 with one exception, an inverted one of
// rank 0, two columns (the second empty): every field of a file has something in it.
//
//   offset   v3   v4          offset        v3   v4
//   coverage  2    2          column count 304  213
//   index   106  100          column 0     312  214
//   entry 0 114  104          column 1     328  226
//   entry 1 215  161          exact        336  230   (end: 360, 250)
inline Clubcard SampleClubcard() {
  Clubcard clubcard;
  clubcard.coverage = {{LogOf(0x11), 100, 200}, {LogOf(0x22), 50, 40}};
  ClubcardBlock first;
  first.issuer = IssuerOf(0xaa);
  first.approx_m = 3;
  first.approx_offset = 7;
  first.exact_m = 5;
  first.exact_offset = 9;
  first.rank = 2;
  first.exceptions.Add(std::vector<uint8_t>{1, 2, 3, 4});
  ClubcardBlock second;
  second.issuer = IssuerOf(0xbb);
  second.approx_m = 1;
  second.inverted = true;
  clubcard.blocks = {first, second};
  clubcard.columns = {{0x123456789abcdef0}, {}};
  clubcard.exact = {2, 3};
  return clubcard;
}

// A file of three parts, as a Firefox test has it (docs/formats.md, "Worked example"): a full
// filter and two deltas that speak about one issuer and its logs.
struct WorkedExample {
  static constexpr std::string_view kLog1 =
      "a4b90990b418581487bb13a2cc67700a3c359804f91bdfb8e377cd0ec80ddc10";
  static constexpr std::string_view kLog2 =
      "f65c942fd1773022145418083094568ee34d131933bfdf0c2f200bcc4ef164e3";
  static constexpr std::string_view kIssuer =
      "f11c3dd048f74edb7c45192b83e5980d2f67ec84b4ddb9396e33ff5173ed698f";

  // The index entry's exact_m and rank, and what follows the exceptions, differ from file to file.
  static std::vector<uint8_t> FileV3(std::string_view exact_m, std::string_view rank,
                                     std::string_view columns_and_exact) {
    const std::string kInterval =
        "0000000000000000"
        "7f4e714e18090000";
    std::string hex =
        "0300"
        "0200000000000000";
    hex.append(kLog1).append(kInterval).append(kLog2).append(kInterval);
    hex.append(
           "0100000000000000"
           "2000000000000000")
        .append(kIssuer);
    hex.append("0100000000000000").append(exact_m).append(rank);
    hex.append(
        "0000000000000000"
        "0000000000000000"
        "00"
        "0000000000000000");
    hex.append(columns_and_exact);
    return FromHexOrDie(hex);
  }
  static std::vector<uint8_t> FullV3() {
    return FileV3("0200000000000000", "0000000000000000",
                  "0000000000000000"
                  "0100000000000000"
                  "0200000000000000");
  }
  static std::vector<uint8_t> Delta1V3() {
    return FileV3("0300000000000000", "0100000000000000",
                  "0100000000000000"
                  "0000000000000000"
                  "0100000000000000"
                  "0500000000000000");
  }
  static std::vector<uint8_t> Delta2V3() {
    return FileV3("0400000000000000", "0100000000000000",
                  "0100000000000000"
                  "0000000000000000"
                  "0100000000000000"
                  "1100000000000000");
  }
  static std::vector<uint8_t> FullV4() {
    const std::string kInterval =
        "0000000000000000"
        "000009184e714e7f";
    std::string hex =
        "0400"
        "0002";
    hex.append(kLog1).append(kInterval).append(kLog2).append(kInterval);
    hex.append("00000001").append(kIssuer);
    hex.append(
        "00000001"
        "00"
        "00000000"
        "00000002"
        "00000000"
        "00"
        "0000");
    hex.append(
        "00"
        "00000001"
        "0000000000000002");
    return FromHexOrDie(hex);
  }
};

}  // namespace crlite
