// What a filter is built from: for every issuer the serials that are known, and those of them that
// are revoked.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/query.h"

namespace crlite {

// One issuer. Known serials come in numbered parts, so that several threads can share one issuer
// and nobody holds them all; parts are read several times and must not change in between.
// Safe for any number of threads.
class IssuerSource {
 public:
  // Gets some serials of 1..255 octets; the views end with the call.
  using KnownSink = std::function<void(std::span<const Bytes> serials)>;
  // Gets one revocation with its CRL reason code.
  using RevokedSink = std::function<void(uint8_t reason, Bytes serial)>;

  virtual ~IssuerSource() = default;
  virtual const IssuerSpkiHash& issuer() const = 0;

  virtual size_t num_parts() const = 0;
  // The length of a part in whatever unit fits the source; for progress, and to share work.
  virtual uint64_t PartSize(size_t part) const = 0;
  // A serial may come more than once.
  virtual Status ReadKnown(size_t part, const KnownSink& sink) const = 0;
  // Serials that are not known, or come more than once, are harmless.
  virtual Status ReadRevoked(const RevokedSink& sink) const = 0;
};

struct Universe {
  std::vector<std::unique_ptr<IssuerSource>> issuers;  // ascending by issuer, none twice
  // Known issuers without revocation data. They are not among `issuers`: a filter that listed them
  // would call all their certificates good (docs/formats.md, "Inputs").
  size_t num_left_out = 0;
};

}  // namespace crlite
