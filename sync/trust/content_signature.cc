#include "sync/trust/content_signature.h"

#include <vector>

#include "cascade/base/hex.h"
#include "sync/trust/signer_chain.h"

namespace crlite {
namespace {

constexpr size_t kNumberSize = 48;  // bytes of r and of s

// What libcrypto wants: the DER of SEQUENCE { r, s }. Empty when that cannot be.
std::vector<uint8_t> DerSignature(std::string_view base64url) {
  std::vector<uint8_t> raw;
  if (!FromBase64(base64url, Base64Alphabet::kUrl, &raw) || raw.size() != 2 * kNumberSize) {
    return {};
  }
  const Owned<ECDSA_SIG> pair(ECDSA_SIG_new());
  Owned<BIGNUM> r(BN_bin2bn(raw.data(), kNumberSize, nullptr));
  Owned<BIGNUM> s(BN_bin2bn(raw.data() + kNumberSize, kNumberSize, nullptr));
  if (!pair || !r || !s) return {};
  ECDSA_SIG_set0(pair.get(), r.release(), s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size < 0) return {};
  const Owned<unsigned char> owner(der);
  return {der, der + size};
}

Status VerifySignature(Bytes message, std::string_view signature, EVP_PKEY* key) {
  const std::vector<uint8_t> der = DerSignature(signature);
  if (der.empty()) return MalformedError("wanted 96 bytes in base64url");
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA384", OwnLibraryContext(),
                                          nullptr, key, nullptr) != 1) {
    return Error{ErrorCode::kInternal, "libcrypto has no SHA-384 with ECDSA"};
  }
  if (EVP_DigestVerify(context.get(), der.data(), der.size(), message.data(), message.size()) !=
      1) {
    return MalformedError("does not match");
  }
  return Status::Ok();
}

}  // namespace

// CN=root-ca-production-amo, OU=Mozilla AMO Production Signing Service, O=Mozilla Corporation,
// C=US.
const Sha256Digest kProductionRoot = {{0xc8, 0xa8, 0x0e, 0x9a, 0xfa, 0xef, 0x4e, 0x21,
                                       0x9b, 0x6f, 0xb5, 0xd7, 0xa7, 0x1d, 0x0f, 0x10,
                                       0x12, 0x23, 0xba, 0xc5, 0x00, 0x1a, 0xc2, 0x8f,
                                       0x9b, 0x0d, 0x43, 0xdc, 0x59, 0xa1, 0x06, 0xdb}};

Status VerifyContentSignature(Bytes message, const ContentSignature& signature,
                              std::string_view signer_name, std::span<const Sha256Digest> roots,
                              uint64_t now_ms) {
  const ErrorQueueGuard guard;
  const Result<Owned<EVP_PKEY>> key =
      VerifySignerChain(signature.chain, signer_name, roots, now_ms);
  if (!key.ok()) return key.error().In("chain");
  if (Status verified = VerifySignature(message, signature.signature, key.value().get());
      !verified.ok()) {
    return verified.error().In("signature");
  }
  return Status::Ok();
}

}  // namespace crlite
