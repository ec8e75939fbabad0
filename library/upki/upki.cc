// upki's functions on the public ones of libcrlite. A upki_config is a crlite_store.
#include "library/upki/upki.h"

#include <fcntl.h>
#include <unistd.h>

#include "cascade/live/host_guard.h"
#include "cascade/reader/certificate.h"
#include "include/crlite/crlite.h"
#include "library/owned_result.h"
#include "library/upki/utf8.h"

namespace crlite {
namespace {

crlite_store* StoreOf(const upki_config* config) {
  return reinterpret_cast<crlite_store*>(const_cast<upki_config*>(config));
}

bool IsReadable(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  char byte;
  const bool is_readable = read(fd, &byte, 1) >= 0;  // a directory is not
  close(fd);
  return is_readable;
}

bool Parse(const upki_certificate_der& certificate, CertificateFields* out) {
  if (certificate.data == nullptr) return false;
  return ParseCertificate({certificate.data, certificate.len}, out);
}

// libcrlite asks with the SCTs that it can read; upki has no answer if one of them is malformed.
bool AreSctsWellFormed(const CertificateFields& leaf) {
  SctList list;
  return !leaf.has_sct_extension ||
         (ParseSctList(leaf.sct_extension, &list) && list.num_malformed == 0);
}

upki_result MeaningOf(const crlite_result* result) {
  const bool is_refused = crlite_result_action(result) == CRLITE_REFUSE;
  switch (crlite_result_outcome(result)) {
    case CRLITE_REVOKED:
      // What the administrator exempted, or lets pass in shadow mode, must not be refused by a
      // program that knows neither.
      return is_refused ? UPKI_REVOCATION_REVOKED : UPKI_REVOCATION_NOT_COVERED;
    case CRLITE_NO_DATA:
      return crlite_result_reason(result) == CRLITE_REASON_DAMAGED ? UPKI_ERR_REVOCATION_FILE_DECODE
                                                                   : UPKI_ERR_REVOCATION_FILE_READ;
    case CRLITE_NOT_REVOKED:
      return is_refused ? UPKI_ERR_REVOCATION_OUTDATED : UPKI_REVOCATION_NOT_REVOKED;
    case CRLITE_NOT_ENROLLED:
    case CRLITE_NOT_COVERED:
      return is_refused ? UPKI_ERR_REVOCATION_OUTDATED : UPKI_REVOCATION_NOT_COVERED;
  }
  return UPKI_ERR_UNKNOWN;
}

upki_result Ask(crlite_store* store, const upki_certificate_der& leaf,
                const upki_certificate_der& issuer, crlite_result* result) {
  const crlite_certificate chain[] = {{leaf.data, leaf.len}, {issuer.data, issuer.len}};
  switch (crlite_check_chain(store, chain, 2, CRLITE_NOW, result)) {
    case CRLITE_OK:
      return MeaningOf(result);
    case CRLITE_ERR_LEAF:
      return UPKI_ERR_REVOCATION_INVALID_END_ENTITY_CERT;
    case CRLITE_ERR_ISSUER:
      return UPKI_ERR_REVOCATION_INVALID_INTERMEDIATE_CERT;
    default:
      return UPKI_ERR_UNKNOWN;
  }
}

// Which of two answers about the same leaf holds: revoked, then errors, then the others.
int WeightOf(upki_result answer) {
  if (answer == UPKI_REVOCATION_REVOKED) return 3;
  if (answer == UPKI_ERR_REVOCATION_NO_ISSUER) return 0;
  return answer < UPKI_ERR_NULL_POINTER ? 1 : 2;
}

upki_result Check(crlite_store* store, const upki_certificate_der* certificates, size_t count) {
  CertificateFields leaf, candidate;
  if (!Parse(certificates[0], &leaf)) return UPKI_ERR_REVOCATION_INVALID_END_ENTITY_CERT;
  const OwnedResult result;
  if (result.get() == nullptr) return UPKI_ERR_UNKNOWN;
  upki_result answer = UPKI_ERR_REVOCATION_NO_ISSUER;
  for (size_t i = 1; i < count; ++i) {
    if (!Parse(certificates[i], &candidate)) {
      // Behind an issuer upki looks at none, and a root may be odd.
      if (WeightOf(answer) == 0) answer = UPKI_ERR_REVOCATION_INVALID_INTERMEDIATE_CERT;
      continue;
    }
    if (!SameBytes(candidate.subject_name, leaf.issuer_name)) continue;
    const upki_result meaning = Ask(store, certificates[0], certificates[i], result.get());
    const bool is_weightier = WeightOf(meaning) > WeightOf(answer);
    if (is_weightier) answer = meaning;
    // A forged issuer in front hides nothing in shadow mode either.
    if (is_weightier || crlite_result_outcome(result.get()) == CRLITE_REVOKED) {
      crlite_report(store, result.get());
    }
    if (answer == UPKI_REVOCATION_REVOKED) return answer;
  }
  if (WeightOf(answer) != 1 || AreSctsWellFormed(leaf)) return answer;
  return UPKI_ERR_REVOCATION_INVALID_SCT_IN_CERT;
}

}  // namespace
}  // namespace crlite

upki_result upki_config_new(const char* path, upki_config** out) {
  if (out == nullptr) return UPKI_ERR_NULL_POINTER;
  const crlite::HostGuard guard;
  if (path != nullptr && !crlite::IsUtf8(path)) return UPKI_ERR_CONFIG_PATH;
  if (path != nullptr && !crlite::IsReadable(path)) return UPKI_ERR_CONFIG_READ;
  crlite_store* store = nullptr;
  if (crlite_open(nullptr, 0, &store) != CRLITE_OK) return UPKI_ERR_UNKNOWN;
  *out = reinterpret_cast<upki_config*>(store);
  return UPKI_OK;
}

void upki_config_free(upki_config* config) { crlite_close(crlite::StoreOf(config)); }

upki_result upki_check_revocation(const upki_config* config,
                                  const upki_certificate_der* certificates,
                                  uintptr_t certificates_len) {
  if (config == nullptr || certificates == nullptr) return UPKI_ERR_NULL_POINTER;
  if (certificates_len == 0) return UPKI_ERR_REVOCATION_TOO_FEW_CERTS;
  const crlite::HostGuard guard;
  return crlite::Check(crlite::StoreOf(config), certificates, certificates_len);
}
