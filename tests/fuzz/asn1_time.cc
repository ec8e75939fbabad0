// ParseAsn1Time against libcrypto: what we read, it reads alike; what RFC 5280 allows, both read.
#include "cascade/reader/asn1_time.h"

#include <openssl/asn1.h>
#include <time.h>

#include "tests/fuzz/property.h"

namespace {

// Seconds since the epoch; false when libcrypto does not accept `time`.
bool Seconds(const ASN1_TIME* time, int64_t* out) {
  tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return false;
  *out = timegm(&parts);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 64) return 0;
  const bool is_utc = data[0] % 2 == 0;
  const crlite::Bytes text(data + 1, size - 1);
  const std::string readable(text.begin(), text.end());
  int64_t ours = 0, theirs = 0;
  const bool accepted = crlite::ParseAsn1Time(
      is_utc ? crlite::kTagUtcTime : crlite::kTagGeneralizedTime, text, &ours);

  ASN1_TIME* time = ASN1_STRING_type_new(is_utc ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME);
  ASN1_STRING_set(time, text.data(), static_cast<int>(text.size()));
  if (accepted) {
    CRLITE_PROPERTY(Seconds(time, &theirs), readable);
    CRLITE_PROPERTY(ours == theirs, readable + ", " + std::to_string(ours));
  }
  // Strict RFC 5280 text has one length for each type.
  const bool has_form = readable.size() == (is_utc ? 13u : 15u) && readable.back() == 'Z';
  if (!accepted && has_form) CRLITE_PROPERTY(!Seconds(time, &theirs), readable);
  ASN1_STRING_free(time);
  return 0;
}
