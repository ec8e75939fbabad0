// X.509 times (RFC 5280, section 4.1.2.5).
//
// Freestanding.
#pragma once

#include "cascade/reader/bytes.h"

namespace crlite {

inline constexpr uint8_t kTagUtcTime = 0x17;
inline constexpr uint8_t kTagGeneralizedTime = 0x18;

// Seconds since the epoch of a UTCTime "YYMMDDHHMMSSZ" or GeneralizedTime "YYYYMMDDHHMMSSZ"
// (`tag` says which). Returns false, leaving *out alone, for any other form: RFC 5280 allows none.
[[nodiscard]] bool ParseAsn1Time(uint8_t tag, Bytes text, int64_t* out);

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. month 1..12, day 1..31.
int64_t DaysFromCivil(int64_t year, unsigned month, unsigned day);

}  // namespace crlite
