#include "cascade/live/host_guard.h"
#include "cascade/live/report.h"
#include "cascade/reader/certificate.h"
#include "cascade/reader/sha256.h"
#include "library/result.h"
#include "library/store.h"

using crlite::Bytes;
using crlite::CertificateFields;
using crlite::HostGuard;
using crlite::LeafQuestion;
using crlite::Outcome;
using crlite::Reason;

namespace {

bool HashKey(const void* context, uint8_t out[crlite::kHashSize]) {
  const auto* leaf = static_cast<const CertificateFields*>(context);
  memcpy(out, crlite::Sha256::Hash(leaf->spki).bytes, crlite::kHashSize);
  return true;
}

// `reason`: kFilters when the data is to be asked about result->finding.question. `leaf`: null when
// only its fields are known.
void Answer(crlite_store* store, Reason reason, const CertificateFields* leaf, uint64_t now_ms,
            crlite_result* result) {
  const crlite::StoreReader reader(store->store);
  DescribeData(reader.data(), store->mode, now_ms, &result->finding);
  if (reason == Reason::kFilters) {
    crlite::LeafKeySource leaf_key;
    if (leaf != nullptr) leaf_key = {HashKey, leaf};
    Judge(reader.data(), leaf_key, now_ms, &result->finding);
  } else {
    result->finding.verdict = {Outcome::kNotCovered, reason};
  }
  crlite::FinishResult(now_ms, result);
}

bool CopySerial(Bytes serial, LeafQuestion* out) {
  if (serial.size() > LeafQuestion::kMaxSerialSize) return false;
  if (!serial.empty()) memcpy(out->serial, serial.data(), serial.size());
  out->serial_size = serial.size();
  return true;
}

bool Parse(const crlite_certificate& certificate, CertificateFields* out) {
  return crlite::ParseCertificate(Bytes(certificate.data, certificate.size), out);
}

bool IsUsable(const crlite_certificate* chain, size_t count) {
  if (chain == nullptr || count == 0 || chain[0].data == nullptr) return false;
  return count == 1 || chain[1].data != nullptr;
}

}  // namespace

crlite_error crlite_check_chain(crlite_store* store, const crlite_certificate* chain, size_t count,
                                int64_t at, crlite_result* result) {
  if (result == nullptr) return CRLITE_ERR_ARGUMENT;
  crlite::ResetResult(result);
  if (store == nullptr || !IsUsable(chain, count)) return CRLITE_ERR_ARGUMENT;
  const HostGuard guard;
  const crlite::WallClock now = crlite::ReadWallClock();
  LeafQuestion& question = result->finding.question;
  CertificateFields leaf, issuer;
  if (!Parse(chain[0], &leaf) || !CopySerial(leaf.serial, &question)) return CRLITE_ERR_LEAF;
  Reason reason = DecideBeforeData(leaf, at == CRLITE_NOW ? now.seconds : at, &question.scts);
  if (count == 1) {
    reason = Reason::kChainTooShort;
  } else if (Parse(chain[1], &issuer)) {
    question.issuer = issuer.SpkiHash();
  } else {
    return CRLITE_ERR_ISSUER;
  }
  Answer(store, reason, &leaf, now.ms, result);
  return CRLITE_OK;
}

crlite_error crlite_query(crlite_store* store, const uint8_t* issuer_spki_sha256,
                          const uint8_t* serial, size_t serial_size, const crlite_sct* scts,
                          size_t num_scts, crlite_result* result) {
  if (result == nullptr) return CRLITE_ERR_ARGUMENT;
  crlite::ResetResult(result);
  if (store == nullptr || issuer_spki_sha256 == nullptr || serial == nullptr) {
    return CRLITE_ERR_ARGUMENT;
  }
  LeafQuestion& question = result->finding.question;
  if (!CopySerial(Bytes(serial, serial_size), &question)) return CRLITE_ERR_ARGUMENT;
  if (num_scts != 0 && scts == nullptr) return CRLITE_ERR_ARGUMENT;
  const HostGuard guard;
  memcpy(question.issuer.bytes, issuer_spki_sha256, crlite::kHashSize);
  question.scts.count = num_scts < crlite::kMaxScts ? num_scts : crlite::kMaxScts;
  for (size_t i = 0; i < question.scts.count; ++i) {
    memcpy(question.scts.scts[i].log.bytes, scts[i].log_id, crlite::kHashSize);
    question.scts.scts[i].timestamp_ms = scts[i].timestamp_ms;
  }
  Answer(store, question.scts.count == 0 ? Reason::kNoSct : Reason::kFilters, nullptr,
         crlite::ReadWallClock().ms, result);
  return CRLITE_OK;
}

void crlite_report(crlite_store* store, const crlite_result* result) {
  if (store == nullptr || result == nullptr) return;
  const HostGuard guard;
  ReportFinding(result->finding, &store->journal);
}
