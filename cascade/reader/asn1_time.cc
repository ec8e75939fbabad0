#include "cascade/reader/asn1_time.h"

namespace crlite {
namespace {

// Reads `count` decimal digits at `p`; -1 if one is none.
int Digits(const uint8_t* p, int count) {
  int value = 0;
  for (int i = 0; i < count; ++i) {
    if (p[i] < '0' || p[i] > '9') return -1;
    value = 10 * value + (p[i] - '0');
  }
  return value;
}

int DaysInMonth(int year, int month) {
  constexpr int kDays[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && is_leap ? 29 : kDays[month - 1];
}

}  // namespace

int64_t DaysFromCivil(int64_t year, unsigned month, unsigned day) {
  // Years start in March, so that the leap day is the last one; eras are 400 years of 146,097 days.
  year -= month <= 2 ? 1 : 0;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t month_from_march = (static_cast<int64_t>(month) + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + static_cast<int64_t>(day) - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;  // 719,468 days from 0000-03-01 to 1970-01-01
}

bool ParseAsn1Time(uint8_t tag, Bytes text, int64_t* out) {
  int year;
  const uint8_t* p = text.data();
  if (tag == kTagUtcTime && text.size() == 13) {
    year = Digits(p, 2);
    if (year < 0) return false;
    year += year < 50 ? 2000 : 1900;
    p += 2;
  } else if (tag == kTagGeneralizedTime && text.size() == 15) {
    year = Digits(p, 4);
    if (year < 0) return false;
    p += 4;
  } else {
    return false;
  }
  const int month = Digits(p, 2), day = Digits(p + 2, 2);
  const int hour = Digits(p + 4, 2), minute = Digits(p + 6, 2), second = Digits(p + 8, 2);
  if (p[10] != 'Z' || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) {
    return false;
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  *out = DaysFromCivil(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * 86400 +
         hour * 3600 + minute * 60 + second;
  return true;
}

}  // namespace crlite
