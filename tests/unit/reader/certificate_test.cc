#include "cascade/reader/certificate.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>
#include <time.h>

#include <algorithm>

#include "cascade/base/hex.h"
#include "tests/unit/reader/sct_bytes.h"
#include "tests/unit/reader/test_certificate.h"

namespace crlite {
namespace {

constexpr int64_t kInside = 1603152000;  // 2020-10-20T00:00:00Z

template <typename T>
Octets Encoded(int (*encode)(const T*, unsigned char**), const T* object) {
  Octets der(static_cast<size_t>(encode(object, nullptr)));
  unsigned char* out = der.data();
  encode(object, &out);
  return der;
}

int64_t SecondsOf(const ASN1_TIME* time) {
  struct tm parts;
  EXPECT_EQ(ASN1_TIME_to_tm(time, &parts), 1);
  return timegm(&parts);
}

// libcrypto's INTEGER, tag and length taken off.
std::string SerialHexOf(const X509* certificate) {
  const Octets der = Encoded(i2d_ASN1_INTEGER, X509_get0_serialNumber(certificate));
  return ToHex(Bytes(der).subspan(2));
}

void ExpectSameFields(const CertificateFields& fields, const X509* certificate) {
  EXPECT_EQ(ToHex(fields.serial), SerialHexOf(certificate));
  EXPECT_EQ(ToHex(fields.issuer_name),
            ToHex(Encoded(i2d_X509_NAME, X509_get_issuer_name(certificate))));
  EXPECT_EQ(ToHex(fields.subject_name),
            ToHex(Encoded(i2d_X509_NAME, X509_get_subject_name(certificate))));
  const Octets spki =
      Encoded(i2d_X509_PUBKEY, static_cast<const X509_PUBKEY*>(X509_get_X509_PUBKEY(certificate)));
  EXPECT_EQ(ToHex(fields.spki), ToHex(spki));
  uint8_t hash[kHashSize];
  SHA256(spki.data(), spki.size(), hash);
  EXPECT_EQ(ToHex(fields.SpkiHash().bytes), ToHex(hash));
  EXPECT_EQ(fields.not_before, SecondsOf(X509_get0_notBefore(certificate)));
  EXPECT_EQ(fields.not_after, SecondsOf(X509_get0_notAfter(certificate)));
}

// Makes the certificate, holds our fields against libcrypto's, and gives the serial.
std::string CheckedSerial(const CertificateRequest& request) {
  const X509Pointer certificate = MakeCertificate(request);
  const Octets der = DerOf(certificate.get());
  CertificateFields fields;
  EXPECT_TRUE(ParseCertificate(der, &fields));
  ExpectSameFields(fields, certificate.get());
  EXPECT_EQ(fields.has_sct_extension, !request.sct_extensions.empty());
  return ToHex(fields.serial);
}

TEST(Certificate, AgreesWithLibcryptoOnEveryKindOfKey) {
  for (const char* key : {"RSA", "P-256", "ED25519"}) {
    SCOPED_TRACE(key);
    CertificateRequest request;
    request.key = key;
    request.basic_constraints = true;
    request.sct_extensions = {MakeSctExtension({MakeSct(1, 1)})};
    CheckedSerial(request);
  }
}

TEST(Certificate, KeepsSerialOctetsAsTheyAre) {
  CertificateRequest request;
  request.serial_hex = "da4f392bfd8bcea8";
  EXPECT_EQ(CheckedSerial(request), "00da4f392bfd8bcea8");
  request.serial_hex = "7a4f";
  EXPECT_EQ(CheckedSerial(request), "7a4f");
  request.serial_hex = "00";
  EXPECT_EQ(CheckedSerial(request), "00");
}

TEST(Certificate, KeepsNegativeSerials) {
  CertificateRequest request;
  request.serial_hex = "-01";
  EXPECT_EQ(CheckedSerial(request), "ff");
  request.serial_hex = "-8000";
  EXPECT_EQ(CheckedSerial(request), "8000");
}

TEST(Certificate, KeepsSerialsOfMoreThanTwentyOctets) {
  CertificateRequest request;
  request.serial_hex = std::string(40, 'f');  // a leading 00 makes it 21 octets
  EXPECT_EQ(CheckedSerial(request), "00" + std::string(40, 'f'));
}

TEST(Certificate, NeedsNeitherVersionNorExtensions) {
  CertificateRequest request;
  CheckedSerial(request);
  request.version = X509_VERSION_1;
  CheckedSerial(request);
}

TEST(Certificate, ReadsBothKindsOfTime) {
  CertificateRequest request;
  request.not_before = "19500101000000Z";
  request.not_after = "20491231235959Z";
  CheckedSerial(request);
  request.not_before = "20500101000000Z";
  request.not_after = "99991231235959Z";
  CheckedSerial(request);
}

TEST(Certificate, TakesTheFirstOfTwoSctExtensions) {
  CertificateRequest request;
  request.sct_extensions = {MakeSctExtension({MakeSct(1, 111)}),
                            MakeSctExtension({MakeSct(2, 222), MakeSct(3, 333)})};
  const Octets der = DerOf(MakeCertificate(request).get());
  CertificateFields fields;
  ASSERT_TRUE(ParseCertificate(der, &fields));
  EXPECT_EQ(ToHex(fields.sct_extension), ToHex(request.sct_extensions[0]));
}

TEST(Certificate, RefusesTruncationAndAppendix) {
  CertificateRequest request;
  request.sct_extensions = {MakeSctExtension({MakeSct(1, 1)})};
  Octets der = DerOf(MakeCertificate(request).get());
  CertificateFields fields;
  for (size_t size = 0; size < der.size(); ++size) {
    ASSERT_FALSE(ParseCertificate(Bytes(der).first(size), &fields)) << size;
  }
  der.push_back(0);
  EXPECT_FALSE(ParseCertificate(der, &fields));
}

// A changed byte may still be a certificate; views must stay inside the bytes either way.
TEST(Certificate, ChangedBytesNeverGiveViewsOutside) {
  CertificateRequest request;
  request.sct_extensions = {MakeSctExtension({MakeSct(1, 1)})};
  const Octets der = DerOf(MakeCertificate(request).get());
  size_t refused = 0;
  for (size_t at = 0; at < der.size(); ++at) {
    for (const int change : {0x01, 0x20, 0x7f, 0x80, 0xff}) {
      Octets changed = der;
      changed[at] = static_cast<uint8_t>(changed[at] ^ change);
      CertificateFields fields;
      if (!ParseCertificate(changed, &fields)) {
        ++refused;
        continue;
      }
      for (const Bytes view : {fields.serial, fields.issuer_name, fields.subject_name, fields.spki,
                               fields.sct_extension}) {
        if (view.empty()) continue;
        ASSERT_GE(view.data(), changed.data());
        ASSERT_LE(view.data() + view.size(), changed.data() + changed.size());
      }
    }
  }
  EXPECT_GT(refused, der.size() / 4);
}

TEST(Certificate, RefusesAnEmptySerial) {
  const auto with_serial = [](const Octets& serial) {
    const Octets empty_sequence = Der(0x30, {});
    const std::string text = "201020000000Z";
    const Octets time = Der(0x17, Octets(text.begin(), text.end()));
    Octets validity = time;
    Append(&validity, time);
    Octets tbs = Der(0x02, serial);
    Append(&tbs, empty_sequence);  // signature
    Append(&tbs, empty_sequence);  // issuer
    Append(&tbs, Der(0x30, validity));
    Append(&tbs, empty_sequence);  // subject
    Append(&tbs, empty_sequence);  // subjectPublicKeyInfo
    Octets certificate = Der(0x30, tbs);
    Append(&certificate, empty_sequence);
    Append(&certificate, Der(0x03, {0}));
    CertificateFields fields;
    return ParseCertificate(Der(0x30, certificate), &fields);
  };
  EXPECT_TRUE(with_serial({1}));
  EXPECT_FALSE(with_serial({}));
}

CertificateFields FieldsWith(const Octets& der) {
  CertificateFields fields;
  EXPECT_TRUE(ParseCertificate(der, &fields));
  return fields;
}

TEST(DecideBeforeData, AsksTheFiltersWithinValidityAndWithAnSct) {
  CertificateRequest request;
  request.sct_extensions = {MakeSctExtension({MakeSct(1, 111), {1, 2, 3}})};
  const Octets der = DerOf(MakeCertificate(request).get());
  SctList scts;
  EXPECT_EQ(DecideBeforeData(FieldsWith(der), kInside, &scts), Reason::kFilters);
  EXPECT_EQ(scts.count, 1u);
  EXPECT_EQ(scts.num_malformed, 1u);
}

TEST(DecideBeforeData, BothEndsOfTheValidityAreInside) {
  CertificateRequest request;
  request.sct_extensions = {MakeSctExtension({MakeSct(1, 111)})};
  const Octets der = DerOf(MakeCertificate(request).get());
  const CertificateFields fields = FieldsWith(der);
  SctList scts;
  EXPECT_EQ(DecideBeforeData(fields, fields.not_before, &scts), Reason::kFilters);
  EXPECT_EQ(DecideBeforeData(fields, fields.not_after, &scts), Reason::kFilters);
  EXPECT_EQ(DecideBeforeData(fields, fields.not_before - 1, &scts), Reason::kOutsideValidity);
  EXPECT_EQ(DecideBeforeData(fields, fields.not_after + 1, &scts), Reason::kOutsideValidity);
  EXPECT_EQ(scts.count, 1u);
}

TEST(DecideBeforeData, NeedsAParseableSct) {
  const std::vector<std::vector<Octets>> without = {
      {}, {{}}, {{0x04, 0x00}}, {MakeSctExtension({})}, {MakeSctExtension({{1, 2, 3}})}};
  for (const std::vector<Octets>& extensions : without) {
    CertificateRequest request;
    request.sct_extensions = extensions;
    const Octets der = DerOf(MakeCertificate(request).get());
    SctList scts;
    scts.count = 9;
    EXPECT_EQ(DecideBeforeData(FieldsWith(der), kInside, &scts), Reason::kNoSct);
    EXPECT_EQ(scts.count, 0u);
  }
}

}  // namespace
}  // namespace crlite
