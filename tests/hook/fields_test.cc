// The module takes a certificate's fields from libcrypto, everything else from DER: they must
// agree.
#include <gtest/gtest.h>

#include <random>

#include "cascade/base/hex.h"
#include "cascade/reader/certificate.h"
#include "provider/leaf.h"
#include "tests/hook/bound_libcrypto.h"
#include "tests/hook/pki.h"

namespace crlite::hook {
namespace {

void ExpectSameFields(const Certificate& certificate) {
  const ByteVector der = certificate.Der();
  CertificateFields want;
  ASSERT_TRUE(ParseCertificate(der, &want));
  const X509* const x509 = certificate.x509.get();

  LeafQuestion got;
  ASSERT_TRUE(CopySerial(BoundLibcrypto(), x509, &got));
  EXPECT_EQ(ToHex(got.Serial()), ToHex(want.serial));
  ASSERT_TRUE(HashIssuerKey(BoundLibcrypto(), x509, &got.issuer));
  EXPECT_TRUE(got.issuer == want.SpkiHash());
  int64_t not_before, not_after;
  ASSERT_TRUE(ReadValidity(BoundLibcrypto(), x509, &not_before, &not_after));
  EXPECT_EQ(not_before, want.not_before);
  EXPECT_EQ(not_after, want.not_after);

  SctList scts;
  EXPECT_EQ(ReadScts(BoundLibcrypto(), x509, &got.scts),
            DecideBeforeData(want, want.not_before, &scts));
  ASSERT_EQ(got.scts.count, scts.count);
  for (size_t i = 0; i < scts.count; ++i) {
    EXPECT_TRUE(got.scts.scts[i].log == scts.scts[i].log);
    EXPECT_EQ(got.scts.scts[i].timestamp_ms, scts.scts[i].timestamp_ms);
  }
}

// A minimal INTEGER.
ByteVector RandomSerial(std::mt19937_64* random) {
  ByteVector serial(1 + (*random)() % 21);
  for (uint8_t& byte : serial) byte = static_cast<uint8_t>((*random)());
  switch ((*random)() % 4) {
    case 0:
      serial[0] = 0;
      if (serial.size() > 1) serial[1] |= 0x80;
      break;
    case 1:
      serial[0] = 0xff;
      if (serial.size() > 1) serial[1] &= 0x7f;
      break;
    case 2:
      for (uint8_t& byte : serial) byte = 0;
      serial[0] = 0x80;
      break;
    default:
      if (serial[0] == 0 || serial[0] == 0xff) serial[0] = 0x5a;
  }
  return serial;
}

TEST(Fields, AgreeOnManyCertificates) {
  std::mt19937_64 random(1);
  const Certificate root = MakeRoot();
  for (int i = 0; i < 400; ++i) {
    CertificateOptions options;
    options.serial = RandomSerial(&random);
    options.key_type = i % 50 == 0  ? "RSA"
                       : i % 3 == 0 ? "ED25519"
                       : i % 3 == 1 ? "P-384"
                                    : "P-256";
    options.not_before = static_cast<time_t>(random() % 4'000'000'000);  // UTCTime until 2049
    options.not_after = options.not_before + static_cast<time_t>(random() % 200'000'000'000);
    std::vector<Sct> scts(random() % 6);
    for (Sct& sct : scts) {
      for (uint8_t& byte : sct.log.bytes) byte = static_cast<uint8_t>(random());
      sct.timestamp_ms = random();
    }
    options.sct_extension = EncodeSctExtension(scts);
    if (i % 7 == 0) options.sct_extension.reset();
    if (i % 11 == 0) options.sct_extension = ByteVector{4, 3, 0, 1, 0};
    ExpectSameFields(Issue(&root, options));
  }
}

TEST(Fields, AgreeOnEverySerialOfTwoOctets) {
  const Certificate root = MakeRoot();
  const Certificate leaf = Issue(&root);
  for (unsigned value = 0; value < 0x10000; ++value) {
    ByteVector content = {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
    const bool is_minimal =
        !(content[0] == 0 && content[1] < 0x80) && !(content[0] == 0xff && content[1] >= 0x80);
    if (!is_minimal) content.erase(content.begin());
    ByteVector der = {0x02, static_cast<uint8_t>(content.size())};
    der.insert(der.end(), content.begin(), content.end());
    const uint8_t* p = der.data();
    ASN1_INTEGER* const serial = d2i_ASN1_INTEGER(nullptr, &p, static_cast<long>(der.size()));
    ASSERT_NE(serial, nullptr);
    X509_set_serialNumber(leaf.x509.get(), serial);
    ASN1_INTEGER_free(serial);
    LeafQuestion got;
    ASSERT_TRUE(CopySerial(BoundLibcrypto(), leaf.x509.get(), &got));
    ASSERT_EQ(ToHex(got.Serial()), ToHex(content));
  }
}

TEST(Fields, LongSerialsAreRefusedNotCut) {
  CertificateOptions options;
  for (const size_t size : {size_t{254}, size_t{255}, size_t{256}, size_t{257}, size_t{1000}}) {
    options.serial = ByteVector(size, 0x11);
    const Certificate root = MakeRoot();
    const Certificate leaf = Issue(&root, options);
    LeafQuestion got;
    EXPECT_EQ(CopySerial(BoundLibcrypto(), leaf.x509.get(), &got), size <= 255) << size;
  }
}

TEST(Binding, NamesTheObjectThatItHasBound) {
  Libcrypto bound;
  const void* object = nullptr;
  ASSERT_TRUE(BindLibcrypto(reinterpret_cast<void*>(&X509_new), &bound, &object));
  EXPECT_EQ(object, ObjectOf(reinterpret_cast<void*>(&X509_verify_cert)));
}

TEST(Binding, KnowsWhatIsNoLibcrypto) {
  Libcrypto bound;
  const void* object = nullptr;
  EXPECT_FALSE(BindLibcrypto(reinterpret_cast<void*>(&fopen), &bound, &object)) << "libc";
  EXPECT_NE(object, nullptr);
  int on_the_stack = 0;
  EXPECT_FALSE(BindLibcrypto(&on_the_stack, &bound, &object));
  EXPECT_EQ(object, nullptr);
}

}  // namespace
}  // namespace crlite::hook
