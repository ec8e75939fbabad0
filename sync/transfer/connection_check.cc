#include "sync/transfer/connection_check.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <time.h>

#include "cascade/reader/certificate.h"
#include "cascade/snapshot/mapped_snapshot.h"
#include "cascade/snapshot/state_directory.h"

namespace crlite {
namespace {

// The DER of a certificate, which libcrypto allocates.
class Der {
 public:
  explicit Der(const X509* certificate) : size_(i2d_X509(certificate, &data_)) {}
  Der(const Der&) = delete;
  Der& operator=(const Der&) = delete;
  ~Der() { OPENSSL_free(data_); }
  Bytes bytes() const { return size_ > 0 ? Bytes(data_, static_cast<size_t>(size_)) : Bytes(); }

 private:
  unsigned char* data_ = nullptr;
  int size_;
};

bool IsRevoked(const Snapshot& snapshot, const STACK_OF(X509) * chain) {
  if (chain == nullptr || sk_X509_num(chain) < 2) return false;
  const Der leaf_der(sk_X509_value(chain, 0)), issuer_der(sk_X509_value(chain, 1));
  CertificateFields leaf, issuer;
  if (!ParseCertificate(leaf_der.bytes(), &leaf)) return false;
  if (!ParseCertificate(issuer_der.bytes(), &issuer)) return false;
  SctList scts;
  if (DecideBeforeData(leaf, time(nullptr), &scts) != Reason::kFilters) return false;
  const Verdict verdict = snapshot.Check({issuer.SpkiHash(), leaf.serial, scts.Span()});
  return verdict.outcome == Outcome::kRevoked;
}

}  // namespace

ConnectionCheck::ConnectionCheck(const std::string& path) {
  if (!CheckTrusted(path).ok()) return;
  Result<MappedSnapshot> mapped = MappedSnapshot::Open(path);
  if (!mapped.ok() || mapped->snapshot().policy().mode != Mode::kEnforce) return;
  snapshot_ = std::make_unique<MappedSnapshot>(std::move(mapped).value());
}

ConnectionCheck::~ConnectionCheck() = default;

void ConnectionCheck::Install(SSL_CTX* context) const {
  if (!snapshot_) return;
  SSL_CTX_set_cert_verify_callback(context, &ConnectionCheck::Verify,
                                   const_cast<ConnectionCheck*>(this));
}

int ConnectionCheck::Verify(X509_STORE_CTX* store_context, void* self) {
  const int verified = X509_verify_cert(store_context);
  // Without an authenticated chain there is nothing to ask about.
  if (verified <= 0 || X509_STORE_CTX_get_error(store_context) != X509_V_OK) return verified;
  const Snapshot& snapshot = static_cast<const ConnectionCheck*>(self)->snapshot_->snapshot();
  if (!IsRevoked(snapshot, X509_STORE_CTX_get0_chain(store_context))) return verified;
  X509_STORE_CTX_set_error_depth(store_context, 0);
  X509_STORE_CTX_set_error(store_context, X509_V_ERR_CERT_REVOKED);
  return 0;
}

}  // namespace crlite
