#include "cascade/reader/certificate.h"

#include "cascade/reader/asn1_time.h"
#include "cascade/reader/der.h"
#include "cascade/reader/sha256.h"

namespace crlite {
namespace {

// 1.3.6.1.4.1.11129.2.4.2, content octets.
constexpr uint8_t kSctListOid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02};

// Validity ::= SEQUENCE { notBefore Time, notAfter Time }
bool ParseValidity(Bytes content, CertificateFields* out) {
  der::Parser parser(content);
  der::Element not_before, not_after;
  return parser.Read(&not_before) && parser.Read(&not_after) && parser.AtEnd() &&
         ParseAsn1Time(not_before.tag, not_before.content, &out->not_before) &&
         ParseAsn1Time(not_after.tag, not_after.content, &out->not_after);
}

// Extensions ::= SEQUENCE OF SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE,
//                                       extnValue OCTET STRING }
bool ParseExtensions(Bytes content, CertificateFields* out) {
  der::Parser outer(content);
  der::Element list;
  if (!outer.Read(der::kSequence, &list) || !outer.AtEnd()) return false;
  der::Parser extensions(list.content);
  while (!extensions.AtEnd()) {
    der::Element extension, oid, value;
    if (!extensions.Read(der::kSequence, &extension)) return false;
    der::Parser parser(extension.content);
    if (!parser.Read(der::kOid, &oid) || !parser.SkipOptional(der::kBoolean) ||
        !parser.Read(der::kOctetString, &value) || !parser.AtEnd()) {
      return false;
    }
    if (!out->has_sct_extension && SameBytes(oid.content, kSctListOid)) {
      out->has_sct_extension = true;
      out->sct_extension = value.content;
    }
  }
  return true;
}

// TBSCertificate ::= SEQUENCE { version [0] DEFAULT v1, serialNumber INTEGER, signature SEQUENCE,
//   issuer Name, validity SEQUENCE, subject Name, subjectPublicKeyInfo SEQUENCE,
//   issuerUniqueID [1] OPTIONAL, subjectUniqueID [2] OPTIONAL, extensions [3] OPTIONAL }
bool ParseTbsCertificate(Bytes content, CertificateFields* out) {
  der::Parser tbs(content);
  der::Element serial, signature, issuer, validity, subject, spki, extensions;
  if (!tbs.SkipOptional(der::kContext0) || !tbs.Read(der::kInteger, &serial) ||
      !tbs.Read(der::kSequence, &signature) || !tbs.Read(der::kSequence, &issuer) ||
      !tbs.Read(der::kSequence, &validity) || !tbs.Read(der::kSequence, &subject) ||
      !tbs.Read(der::kSequence, &spki) || !tbs.SkipOptional(der::kContextPrimitive1) ||
      !tbs.SkipOptional(der::kContextPrimitive2)) {
    return false;
  }
  if (serial.content.empty()) return false;
  out->serial = serial.content;
  out->issuer_name = issuer.whole;
  out->subject_name = subject.whole;
  out->spki = spki.whole;
  if (!ParseValidity(validity.content, out)) return false;
  if (tbs.NextIs(der::kContext3)) {
    if (!tbs.Read(&extensions) || !ParseExtensions(extensions.content, out)) return false;
  }
  return tbs.AtEnd();
}

}  // namespace

IssuerSpkiHash CertificateFields::SpkiHash() const {
  IssuerSpkiHash hash;
  memcpy(hash.bytes, Sha256::Hash(spki).bytes, kHashSize);
  return hash;
}

bool ParseCertificate(Bytes der, CertificateFields* out) {
  *out = CertificateFields();
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE, signature BIT STRING }
  der::Parser outer(der);
  der::Element certificate, tbs, algorithm, signature;
  if (!outer.Read(der::kSequence, &certificate) || !outer.AtEnd()) return false;
  der::Parser parser(certificate.content);
  return parser.Read(der::kSequence, &tbs) && parser.Read(der::kSequence, &algorithm) &&
         parser.Read(der::kBitString, &signature) && parser.AtEnd() &&
         ParseTbsCertificate(tbs.content, out);
}

Reason DecideBeforeData(const CertificateFields& leaf, int64_t now, SctList* scts) {
  scts->count = 0;
  scts->num_malformed = 0;
  const bool has_list = leaf.has_sct_extension && ParseSctList(leaf.sct_extension, scts);
  if (now < leaf.not_before || now > leaf.not_after) return Reason::kOutsideValidity;
  if (!has_list || scts->count == 0) return Reason::kNoSct;
  return Reason::kFilters;
}

}  // namespace crlite
