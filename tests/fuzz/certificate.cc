// ParseCertificate against libcrypto: where both accept a certificate that is DER throughout, every
// field is the same.
#include "cascade/reader/certificate.h"

#include <openssl/x509v3.h>
#include <time.h>

#include <memory>
#include <vector>

#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

using Der = std::vector<uint8_t>;

// What an i2d function writes; empty when it fails.
template <typename T>
Der Encode(const T* object, int (*encode)(const T*, unsigned char**)) {
  const int size = encode(object, nullptr);
  if (size <= 0) return {};
  Der der(static_cast<size_t>(size));
  unsigned char* out = der.data();
  encode(object, &out);
  return der;
}

int64_t Seconds(const ASN1_TIME* time) {
  tm parts = {};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : INT64_MIN;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  CertificateFields fields;
  if (!ParseCertificate({data, size}, &fields)) return 0;

  const unsigned char* p = data;
  std::unique_ptr<X509, decltype(&X509_free)> x509(d2i_X509(nullptr, &p, static_cast<long>(size)),
                                                   X509_free);
  if (!x509 || p != data + size) return 0;
  // libcrypto reads some BER too and normalises it; then "the same" would mean nothing.
  const Der before = Encode(x509.get(), i2d_X509);
  i2d_re_X509_tbs(x509.get(), nullptr);
  if (before != Encode(x509.get(), i2d_X509)) return 0;

  // Content octets stand behind the tag and a length of one to three bytes.
  const Der serial = Encode(X509_get0_serialNumber(x509.get()), i2d_ASN1_INTEGER);
  const size_t length = fields.serial.size(), header = length < 128 ? 2 : length < 256 ? 3 : 4;
  CRLITE_PROPERTY(serial.size() == header + length, "length of the serial");
  CRLITE_PROPERTY(SameBytes(fields.serial, Bytes(serial).subspan(header)), "serial");
  const Der issuer = Encode(X509_get_issuer_name(x509.get()), i2d_X509_NAME);
  CRLITE_PROPERTY(SameBytes(fields.issuer_name, issuer), "issuer name");
  const Der subject = Encode(X509_get_subject_name(x509.get()), i2d_X509_NAME);
  CRLITE_PROPERTY(SameBytes(fields.subject_name, subject), "subject name");
  const X509_PUBKEY* key = X509_get_X509_PUBKEY(x509.get());
  CRLITE_PROPERTY(SameBytes(fields.spki, Encode(key, i2d_X509_PUBKEY)), "public key");
  CRLITE_PROPERTY(fields.not_before == Seconds(X509_get0_notBefore(x509.get())), "notBefore");
  CRLITE_PROPERTY(fields.not_after == Seconds(X509_get0_notAfter(x509.get())), "notAfter");

  const int at = X509_get_ext_by_NID(x509.get(), NID_ct_precert_scts, -1);
  CRLITE_PROPERTY(fields.has_sct_extension == (at >= 0), "SCT extension");
  if (at < 0) return 0;
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(x509.get(), at));
  const Bytes octets(ASN1_STRING_get0_data(value), static_cast<size_t>(ASN1_STRING_length(value)));
  CRLITE_PROPERTY(SameBytes(fields.sct_extension, octets), "SCT extension's value");
  return 0;
}
