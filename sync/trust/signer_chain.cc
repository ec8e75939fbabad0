#include "sync/trust/signer_chain.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "cascade/base/hex.h"
#include "sync/offer/proof.h"

namespace crlite {
namespace {

using Certificates = std::vector<Owned<X509>>;  // in the order of the document

constexpr size_t kMaxCertificates = 16;  // real documents hold three
constexpr size_t kMaxNameSize = 160;
constexpr int kMinRsaBits = 2048;
constexpr char kSignerGroup[] = "secp384r1";

Error NoMemory() { return {ErrorCode::kInternal, "no memory for OpenSSL's objects"}; }

std::vector<uint8_t> DerOf(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size < 0) return {};
  const Owned<unsigned char> owner(der);
  return {der, der + size};
}

Sha256Digest HashOf(const X509* certificate) { return Sha256::Hash(DerOf(certificate)); }

// As RFC 2253 writes it, which has no control characters; cut, for it may be unproven.
std::string TextOf(const X509_NAME* name) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return "?";
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, std::min(static_cast<size_t>(size), kMaxNameSize)};
}

std::string SubjectOf(const X509* certificate) {
  return fmt::format("certificate {}", TextOf(X509_get_subject_name(certificate)));
}

std::string TextOf(const tm& time) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", time.tm_year + 1900, time.tm_mon + 1,
                     time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec);
}

std::string TextOf(const ASN1_TIME* asn1) {
  tm time = {};
  return ASN1_TIME_to_tm(asn1, &time) == 1 ? TextOf(time) : "an unreadable time";
}

std::string TextOf(time_t seconds) {
  tm time = {};
  return gmtime_r(&seconds, &time) != nullptr ? TextOf(time) : "an unreadable time";
}

// DER and nothing else, so that one certificate has one form.
Result<Owned<X509>> ParseCertificate(Bytes der) {
  X509* certificate = X509_new_ex(OwnLibraryContext(), nullptr);
  if (certificate == nullptr) return NoMemory();
  const uint8_t* end = der.data();
  // Frees the object and sets it to nullptr when it fails.
  d2i_X509(&certificate, &end, static_cast<long>(der.size()));
  Owned<X509> owner(certificate);
  if (!owner || !SameBytes(DerOf(owner.get()), der)) return MalformedError("not DER of X.509");
  return owner;
}

Result<Certificates> ParseCertificates(std::string_view pem) {
  if (pem.size() > kMaxChainSize) {
    return MalformedError(
        fmt::format("{} bytes, at most {} are accepted", pem.size(), kMaxChainSize));
  }
  if (pem.empty()) return MalformedError("empty");
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return NoMemory();
  Certificates certificates;
  while (true) {
    char *label = nullptr, *header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    const bool found = PEM_read_bio(bio.get(), &label, &header, &data, &size) == 1;
    const Owned<char> label_owner(label), header_owner(header);
    const Owned<unsigned char> data_owner(data);
    const std::string subject = fmt::format("certificate {}", certificates.size() + 1);
    if (!found) {
      if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) break;
      return MalformedError(subject + ": not PEM");
    }
    if (label != std::string_view(PEM_STRING_X509) || *header != '\0') {
      return MalformedError(subject + ": wanted a block of CERTIFICATE");
    }
    if (certificates.size() == kMaxCertificates) {
      return MalformedError(fmt::format("more than {} certificates", kMaxCertificates));
    }
    Result<Owned<X509>> parsed = ParseCertificate(Bytes(data, static_cast<size_t>(size)));
    if (!parsed.ok()) return parsed.error().In(subject);
    certificates.push_back(std::move(*parsed));
  }
  if (certificates.empty()) return MalformedError("no certificate in PEM found");
  return certificates;
}

// What X509_verify_cert found, in our words.
Error BuildError(X509_STORE_CTX* context, std::string_view signer_name, time_t now) {
  const int code = X509_STORE_CTX_get_error(context);
  const X509* const at = X509_STORE_CTX_get_current_cert(context);
  if (at == nullptr) return MalformedError(X509_verify_cert_error_string(code));
  const std::string subject = SubjectOf(at);
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return MalformedError(fmt::format("{}: expired on {}, now is {}", subject,
                                        TextOf(X509_get0_notAfter(at)), TextOf(now)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return MalformedError(fmt::format("{}: valid from {} on, now is {}", subject,
                                        TextOf(X509_get0_notBefore(at)), TextOf(now)));
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return MalformedError(fmt::format("{}: does not name {}", subject, signer_name));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return MalformedError(fmt::format("leads to root {}, which is none of the pinned ones",
                                        ToHex(HashOf(at).bytes)));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return MalformedError(
          fmt::format("{}: its issuer, {}, is missing", subject, TextOf(X509_get_issuer_name(at))));
    default:
      return MalformedError(fmt::format("{}: {}", subject, X509_verify_cert_error_string(code)));
  }
}

Status CheckKey(X509* certificate, bool is_signer) {
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key == nullptr) return MalformedError("its key cannot be read");
  if (EVP_PKEY_is_a(key, "RSA") == 1 && !is_signer) {
    if (EVP_PKEY_get_bits(key) >= kMinRsaBits) return Status::Ok();
    return MalformedError(fmt::format("an RSA key of {} bits, wanted at least {}",
                                      EVP_PKEY_get_bits(key), kMinRsaBits));
  }
  char group[64] = "";
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    EVP_PKEY_get_group_name(key, group, sizeof(group), nullptr);
  }
  const std::string_view name = group;
  if (name == kSignerGroup) return Status::Ok();
  if (is_signer) return MalformedError("the signer's key, wanted one of P-384");
  if (name == "prime256v1" || name == "secp521r1") return Status::Ok();
  return MalformedError("its key, wanted RSA, P-256, P-384 or P-521");
}

Status CheckDigest(X509* certificate) {
  int digest = NID_undef, key = NID_undef;
  const bool known = X509_get_signature_info(certificate, &digest, &key, nullptr, nullptr) == 1 &&
                     (key == NID_rsaEncryption || key == NID_X9_62_id_ecPublicKey);
  if (known && (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512)) {
    return Status::Ok();
  }
  return MalformedError("its signature, wanted ECDSA or RSA (PKCS #1) with SHA-256, 384 or 512");
}

Status CheckUsage(X509* certificate, bool is_signer) {
  const bool is_restricted = (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0;
  if (!is_restricted) {
    return is_signer ? MalformedError("no extended key usage, wanted code signing") : Status::Ok();
  }
  if ((X509_get_extended_key_usage(certificate) & XKU_CODE_SIGN) != 0) return Status::Ok();
  return MalformedError("its extended key usage, wanted code signing");
}

// What OpenSSL does not look at, or only as the system's policy pleases.
Status CheckChain(const STACK_OF(X509) * chain) {
  const int size = sk_X509_num(chain);
  for (int i = 0; i < size; ++i) {
    X509* const certificate = sk_X509_value(chain, i);
    const bool is_signer = i == 0, is_root = i == size - 1;
    Status checked = CheckKey(certificate, is_signer);
    // Its hash says all about a root; nobody relies on its signature.
    if (checked.ok() && !is_root) checked = CheckDigest(certificate);
    if (checked.ok() && (is_signer || !is_root)) checked = CheckUsage(certificate, is_signer);
    if (checked.ok() && is_signer && (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0) {
      checked = MalformedError("a certificate authority, wanted a signer");
    }
    if (!checked.ok()) return checked.error().In(SubjectOf(certificate));
  }
  return Status::Ok();
}

bool SetParameters(X509_VERIFY_PARAM* parameters, std::string_view signer_name, time_t now) {
  // Our own check of the usage: that of OpenSSL for code signing differs from version to version.
  X509_VERIFY_PARAM_set_time(parameters, now);
  X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS);
  return X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY) == 1 &&
         X509_VERIFY_PARAM_set1_host(parameters, signer_name.data(), signer_name.size()) == 1;
}

bool IsPinned(const X509* certificate, std::span<const Sha256Digest> roots) {
  const Sha256Digest hash = HashOf(certificate);
  return std::any_of(roots.begin(), roots.end(), [&hash](const Sha256Digest& root) {
    return SameBytes(root.bytes, hash.bytes);
  });
}

}  // namespace

OSSL_LIB_CTX* OwnLibraryContext() {
  static const Owned<OSSL_LIB_CTX> context(OSSL_LIB_CTX_new());
  return context.get();
}

Result<Owned<EVP_PKEY>> VerifySignerChain(std::string_view pem, std::string_view signer_name,
                                          std::span<const Sha256Digest> roots, uint64_t now_ms) {
  const Result<Certificates> certificates = ParseCertificates(pem);
  if (!certificates.ok()) return certificates.error();
  const time_t now = static_cast<time_t>(now_ms / 1000);

  const Owned<X509_STORE> anchors(X509_STORE_new());
  const Owned<STACK_OF(X509)> others(sk_X509_new_null());
  const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new_ex(OwnLibraryContext(), nullptr));
  if (!anchors || !others || !context) return NoMemory();
  for (const Owned<X509>& certificate : *certificates) {
    const bool added = IsPinned(certificate.get(), roots)
                           ? X509_STORE_add_cert(anchors.get(), certificate.get()) == 1
                           : sk_X509_push(others.get(), certificate.get()) > 0;
    if (!added) return NoMemory();
  }
  X509* const signer = certificates->front().get();
  if (X509_STORE_CTX_init(context.get(), anchors.get(), signer, others.get()) != 1 ||
      !SetParameters(X509_STORE_CTX_get0_param(context.get()), signer_name, now)) {
    return NoMemory();
  }
  if (X509_verify_cert(context.get()) != 1) return BuildError(context.get(), signer_name, now);
  if (Status checked = CheckChain(X509_STORE_CTX_get0_chain(context.get())); !checked.ok()) {
    return checked.error();
  }
  EVP_PKEY* const key = X509_get0_pubkey(signer);
  EVP_PKEY_up_ref(key);
  return Owned<EVP_PKEY>(key);
}

}  // namespace crlite
