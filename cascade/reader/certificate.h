// The fields of a certificate that a revocation check needs, taken from its DER (RFC 5280).
//
// Freestanding. This is the walk for those who hold DER; the module takes the same fields from
// libcrypto's decoded certificates, and a test holds both against each other.
#pragma once

#include "cascade/reader/query.h"
#include "cascade/reader/sct_list.h"

namespace crlite {

// Views into the DER given to ParseCertificate, which must outlive them.
struct CertificateFields {
  Bytes serial;            // content octets of serialNumber, leading 00 kept
  Bytes issuer_name;       // the whole Name SEQUENCE
  Bytes subject_name;      // the whole Name SEQUENCE
  Bytes spki;              // the whole SubjectPublicKeyInfo SEQUENCE
  int64_t not_before = 0;  // seconds since the epoch
  int64_t not_after = 0;   // seconds since the epoch, inclusive
  bool has_sct_extension = false;
  Bytes sct_extension;  // content of the (first) extnValue of 1.3.6.1.4.1.11129.2.4.2

  IssuerSpkiHash SpkiHash() const;
};

// Reads one certificate. Returns false when the bytes are no certificate; says nothing about
// signatures. Leaves *out unspecified on failure.
[[nodiscard]] bool ParseCertificate(Bytes der, CertificateFields* out);

// What is decided before any data is looked at, in this order: a leaf outside its validity at `now`
// (seconds since the epoch), a leaf without a parseable SCT. Fills `scts` either way and returns
// Reason::kFilters when the filters are to be asked.
Reason DecideBeforeData(const CertificateFields& leaf, int64_t now, SctList* scts);

}  // namespace crlite
