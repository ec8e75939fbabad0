#include "provider/leaf.h"

#include "cascade/reader/asn1_time.h"
#include "provider/spki.h"

namespace crlite {
namespace {

static_assert(V_ASN1_UTCTIME == kTagUtcTime && V_ASN1_GENERALIZEDTIME == kTagGeneralizedTime);

Bytes ContentOf(const Libcrypto& api, const ASN1_STRING* string) {
  const int length = api.ASN1_STRING_length(string);
  if (length <= 0) return {};
  return {api.ASN1_STRING_get0_data(string), static_cast<size_t>(length)};
}

bool ReadTime(const Libcrypto& api, const ASN1_TIME* time, int64_t* out) {
  if (time == nullptr) return false;
  return ParseAsn1Time(static_cast<uint8_t>(api.ASN1_STRING_type(time)), ContentOf(api, time), out);
}

// The time that libcrypto checked the chain for.
int64_t VerificationTime(const Libcrypto& api, X509_STORE_CTX* ctx, int64_t now) {
  X509_VERIFY_PARAM* const param = api.X509_STORE_CTX_get0_param(ctx);
  if (param == nullptr) return now;
  const bool is_set = (api.X509_VERIFY_PARAM_get_flags(param) & X509_V_FLAG_USE_CHECK_TIME) != 0;
  return is_set ? api.X509_VERIFY_PARAM_get_time(param) : now;
}

bool IsOnlyTopBit(Bytes magnitude) {
  if (magnitude[0] != 0x80) return false;
  for (uint8_t byte : magnitude.subspan(1)) {
    if (byte != 0) return false;
  }
  return true;
}

const X509* ChainMember(const Libcrypto& api, const STACK_OF(X509) * chain, int i) {
  const auto* stack = reinterpret_cast<const OPENSSL_STACK*>(chain);
  return static_cast<const X509*>(api.OPENSSL_sk_value(stack, i));
}

}  // namespace

bool CopySerial(const Libcrypto& api, const X509* certificate, LeafQuestion* out) {
  const ASN1_INTEGER* const serial = api.X509_get0_serialNumber(certificate);
  if (serial == nullptr) return false;
  // libcrypto keeps sign and magnitude apart; certificate and filter mean the two's complement.
  const Bytes magnitude = ContentOf(api, serial);
  if (magnitude.size() > LeafQuestion::kMaxSerialSize) return false;
  if (magnitude.empty()) {
    out->serial[0] = 0;
    out->serial_size = 1;
    return true;
  }
  const bool is_negative = (api.ASN1_STRING_type(serial) & V_ASN1_NEG) != 0;
  const bool has_top_bit = (magnitude[0] & 0x80) != 0;
  size_t size = 0;
  if (has_top_bit && !(is_negative && IsOnlyTopBit(magnitude))) {
    out->serial[size++] = is_negative ? 0xff : 0x00;
  }
  memcpy(out->serial + size, magnitude.data(), magnitude.size());
  out->serial_size = size + magnitude.size();
  if (is_negative) {
    unsigned carry = 1;
    for (size_t i = out->serial_size; i-- > size;) {
      carry += static_cast<uint8_t>(~out->serial[i]);
      out->serial[i] = static_cast<uint8_t>(carry);
      carry >>= 8;
    }
  }
  return true;
}

bool HashIssuerKey(const Libcrypto& api, const X509* issuer, IssuerSpkiHash* out) {
  return HashSpki(api, issuer, out->bytes);
}

bool HashLeafKey(const Libcrypto& api, X509_STORE_CTX* ctx, uint8_t out[kHashSize]) {
  return HashSpki(api, ChainMember(api, api.X509_STORE_CTX_get0_chain(ctx), 0), out);
}

Reason ReadScts(const Libcrypto& api, const X509* certificate, SctList* out) {
  out->count = 0;
  const int at = api.X509_get_ext_by_NID(certificate, NID_ct_precert_scts, -1);
  if (at < 0) return Reason::kNoSct;
  auto* const extension = api.X509_get_ext(certificate, at);
  const ASN1_OCTET_STRING* const value = api.X509_EXTENSION_get_data(extension);
  if (value == nullptr || !ParseSctList(ContentOf(api, value), out)) return Reason::kNoSct;
  return out->count == 0 ? Reason::kNoSct : Reason::kFilters;
}

bool ReadValidity(const Libcrypto& api, const X509* certificate, int64_t* not_before,
                  int64_t* not_after) {
  return ReadTime(api, api.X509_get0_notBefore(certificate), not_before) &&
         ReadTime(api, api.X509_get0_notAfter(certificate), not_after);
}

Reason AskAboutLeaf(const Libcrypto& api, X509_STORE_CTX* ctx, int64_t now, LeafQuestion* out) {
  if (api.X509_STORE_CTX_get0_parent_ctx(ctx) != nullptr) return Reason::kCrlPath;
  const STACK_OF(X509)* const chain = api.X509_STORE_CTX_get0_chain(ctx);
  if (chain == nullptr) return Reason::kNoCertificate;
  if (api.OPENSSL_sk_num(reinterpret_cast<const OPENSSL_STACK*>(chain)) < 2) {
    return Reason::kChainTooShort;
  }
  const X509* const leaf = ChainMember(api, chain, 0);
  const Reason reason = ReadScts(api, leaf, &out->scts);
  if (reason != Reason::kFilters) return reason;

  int64_t not_before, not_after;
  if (!ReadValidity(api, leaf, &not_before, &not_after)) return Reason::kMalformed;
  const int64_t time = VerificationTime(api, ctx, now);
  if (time < not_before || time > not_after) return Reason::kOutsideValidity;
  if (!CopySerial(api, leaf, out)) return Reason::kMalformed;
  return HashIssuerKey(api, ChainMember(api, chain, 1), &out->issuer) ? Reason::kFilters
                                                                      : Reason::kMalformed;
}

}  // namespace crlite
