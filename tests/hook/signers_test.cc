// What programs verify besides peers: who signed a message, an OCSP response, a time stamp. Such
// certificates carry no SCT, so that no filter can know them, whatever their serial.
#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ts.h>

#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

// Whether libcrypto accepts what `signer` signed.
using Accepts = bool (*)(const World& world, const Certificate& signer);

bool AcceptsMessage(const World& world, const Certificate& signer) {
  BIO* const content = BIO_new_mem_buf("hello", 5);
  CMS_ContentInfo* const message =
      CMS_sign(signer.x509.get(), signer.key.get(), nullptr, content, CMS_BINARY);
  EXPECT_NE(message, nullptr);
  BIO* const out = BIO_new(BIO_s_mem());
  const int result = CMS_verify(message, nullptr, world.store.get(), nullptr, out, CMS_BINARY);
  BIO_free(out);
  CMS_ContentInfo_free(message);
  BIO_free(content);
  return result == 1;
}

bool AcceptsOcspResponse(const World& world, const Certificate& signer) {
  OCSP_BASICRESP* const response = OCSP_BASICRESP_new();
  OCSP_CERTID* const id = OCSP_cert_to_id(nullptr, world.good.x509.get(), world.root.x509.get());
  ASN1_TIME* const now = ASN1_GENERALIZEDTIME_set(nullptr, time(nullptr));
  OCSP_basic_add1_status(response, id, V_OCSP_CERTSTATUS_GOOD, 0, nullptr, now, nullptr);
  EXPECT_EQ(
      OCSP_basic_sign(response, signer.x509.get(), signer.key.get(), EVP_sha256(), nullptr, 0), 1);
  const int result = OCSP_basic_verify(response, nullptr, world.store.get(), 0);
  ASN1_TIME_free(now);
  OCSP_CERTID_free(id);
  OCSP_BASICRESP_free(response);
  return result == 1;
}

// The DER of a request for a time stamp on nothing in particular.
BIO* TimeStampRequest() {
  TS_REQ* const request = TS_REQ_new();
  TS_MSG_IMPRINT* const imprint = TS_MSG_IMPRINT_new();
  X509_ALGOR* const algorithm = X509_ALGOR_new();
  X509_ALGOR_set_md(algorithm, EVP_sha256());
  uint8_t digest[kHashSize] = {};
  TS_MSG_IMPRINT_set_algo(imprint, algorithm);
  TS_MSG_IMPRINT_set_msg(imprint, digest, kHashSize);
  TS_REQ_set_version(request, 1);
  TS_REQ_set_msg_imprint(request, imprint);
  TS_REQ_set_cert_req(request, 1);
  BIO* const out = BIO_new(BIO_s_mem());
  EXPECT_EQ(i2d_TS_REQ_bio(out, request), 1);
  X509_ALGOR_free(algorithm);
  TS_MSG_IMPRINT_free(imprint);
  TS_REQ_free(request);
  return out;
}

TS_RESP* TimeStamp(const Certificate& signer) {
  TS_RESP_CTX* const authority = TS_RESP_CTX_new();
  ASN1_OBJECT* const policy = OBJ_txt2obj("1.2.3.4", 1);
  TS_RESP_CTX_set_def_policy(authority, policy);
  EXPECT_EQ(TS_RESP_CTX_set_signer_cert(authority, signer.x509.get()), 1);
  TS_RESP_CTX_set_signer_key(authority, signer.key.get());
  TS_RESP_CTX_set_signer_digest(authority, EVP_sha256());
  TS_RESP_CTX_add_md(authority, EVP_sha256());
  TS_RESP_CTX_set_serial_cb(
      authority, [](TS_resp_ctx*, void*) { return ASN1_INTEGER_new(); }, nullptr);
  BIO* const request = TimeStampRequest();
  TS_RESP* const response = TS_RESP_create_response(authority, request);
  EXPECT_NE(TS_RESP_get_token(response), nullptr) << "no time stamp was granted";
  BIO_free(request);
  ASN1_OBJECT_free(policy);
  TS_RESP_CTX_free(authority);
  return response;
}

bool AcceptsTimeStamp(const World& world, const Certificate& signer) {
  TS_RESP* const response = TimeStamp(signer);
  TS_VERIFY_CTX* const verifier = TS_VERIFY_CTX_new();
  TS_VERIFY_CTX_set_flags(verifier, TS_VFY_SIGNATURE);
  X509_STORE_up_ref(world.store.get());
  TS_VERIFY_CTX_set_store(verifier, world.store.get());
  const int result = TS_RESP_verify_response(verifier, response);
  TS_VERIFY_CTX_free(verifier);
  TS_RESP_free(response);
  return result == 1;
}

std::string QueuedErrors() {
  std::string text;
  ERR_print_errors_cb(
      [](const char* line, size_t size, void* out) {
        static_cast<std::string*>(out)->append(line, size);
        return 1;
      },
      &text);
  return text;
}

// A signer without an SCT is accepted although its serial is revoked; with one it is refused.
void ExpectThatSctsDecide(const char* extended_key_usage, Accepts accepts) {
  const DenyingWorld world;
  CertificateOptions options;
  options.serial = {0x02};
  options.extended_key_usage = extended_key_usage;
  const Certificate logged = Issue(&world.root, options);
  options.sct_extension.reset();
  const Certificate unlogged = Issue(&world.root, options);
  EXPECT_TRUE(accepts(world, unlogged)) << QueuedErrors();
  EXPECT_FALSE(accepts(world, logged));
  EXPECT_NE(QueuedErrors().find("certificate revoked"), std::string::npos);
}

TEST(Signers, OfAMessage) {
  InChild([] { ExpectThatSctsDecide("emailProtection", AcceptsMessage); });
}

TEST(Signers, OfAnOcspResponse) {
  InChild([] { ExpectThatSctsDecide("OCSPSigning", AcceptsOcspResponse); });
}

TEST(Signers, OfATimeStamp) {
  InChild([] { ExpectThatSctsDecide("critical,timeStamping", AcceptsTimeStamp); });
}

}  // namespace
}  // namespace crlite::hook
