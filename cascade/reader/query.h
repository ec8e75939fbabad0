// The question and the answer of a revocation check.
//
// Freestanding. docs/formats.md, section "Query".
#pragma once

#include "cascade/reader/bytes.h"

namespace crlite {

// SHA-256 of the issuer's whole SubjectPublicKeyInfo (DER SEQUENCE, tag and length included).
struct IssuerSpkiHash {
  uint8_t bytes[kHashSize];
  friend bool operator==(const IssuerSpkiHash& a, const IssuerSpkiHash& b) {
    return memcmp(a.bytes, b.bytes, kHashSize) == 0;
  }
  friend bool operator<(const IssuerSpkiHash& a, const IssuerSpkiHash& b) {
    return memcmp(a.bytes, b.bytes, kHashSize) < 0;
  }
};

// SHA-256 of a Certificate Transparency log's SubjectPublicKeyInfo.
struct LogId {
  uint8_t bytes[kHashSize];
  friend bool operator==(const LogId& a, const LogId& b) {
    return memcmp(a.bytes, b.bytes, kHashSize) == 0;
  }
  friend bool operator<(const LogId& a, const LogId& b) {
    return memcmp(a.bytes, b.bytes, kHashSize) < 0;
  }
};

// What a query needs of a signed certificate timestamp (RFC 6962).
struct Sct {
  LogId log;
  uint64_t timestamp_ms;  // since the epoch
};

// More SCTs than this are ignored: real certificates carry two to five.
inline constexpr size_t kMaxScts = 64;

// `serial`: content octets of the DER INTEGER exactly as in the certificate. Borrows both spans.
struct Query {
  IssuerSpkiHash issuer;
  Bytes serial;
  std::span<const Sct> scts;
};

// Five different things, all the way to the log.
enum class Outcome : uint8_t {
  kRevoked,      // some covering filter lists the certificate
  kNotRevoked,   // some covering filter knows the issuer, and none lists the certificate
  kNotEnrolled,  // filters cover the certificate's time, but none knows the issuer
  kNotCovered,   // no filter speaks about the certificate
  kNoData,       // there is nothing to ask
};

// Why an outcome is what it is.
enum class Reason : uint8_t {
  kFilters,          // the filters answered
  kChainTooShort,    // no issuer certificate in the verified chain
  kNoCertificate,    // the peer showed a raw public key
  kNoSct,            // no parseable embedded SCT
  kCrlPath,          // the chain belongs to a CRL's signer
  kOutsideValidity,  // expired or not yet valid at the verification time: outside every universe
  kMalformed,        // the certificate's fields could not be read
  kNoSnapshot,       // kNoData: there is no snapshot, or none with filters
  kDamaged,          // kNoData: the snapshot contradicts itself
};

// An answer with its evidence. `filter` indexes the filters that were asked, `sct` the query's
// SCTs; both are kNone where they say nothing.
struct Verdict {
  static constexpr uint16_t kNone = 0xffff;
  Outcome outcome = Outcome::kNoData;
  Reason reason = Reason::kNoSnapshot;
  uint16_t filter = kNone;  // the filter that says Revoked, or the first that says NotRevoked
  uint16_t sct = kNone;     // the first SCT that a filter covers
};

// "Revoked", "NotRevoked", "NotEnrolled", "NotCovered", "NoData". Static strings.
const char* OutcomeName(Outcome outcome);
// One lower-case phrase, for example "no parseable embedded SCT". Static strings.
const char* ReasonText(Reason reason);

}  // namespace crlite
