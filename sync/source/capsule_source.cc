#include "sync/source/capsule_source.h"

#include "sync/clock.h"
#include "sync/source/bring_files.h"
#include "sync/source/capsule.h"
#include "sync/source/signed_offer.h"

namespace crlite {

CapsuleSource::CapsuleSource(const SourceConfig& config)
    : name_(SourceSpec(config)), path_(config.location), trust_(TrustOf(config)) {}

Result<Offer> CapsuleSource::GetOffer(const Offer*) {
  const Result<Capsule> capsule = Capsule::Open(path_);
  if (!capsule.ok()) return Error{ErrorCode::kUnavailable, capsule.error().message};
  Result<Offer> made = MakeSignedOffer(capsule->proof(), trust_, NowMs());
  if (!made.ok()) return Error{ErrorCode::kUnavailable, made.error().In(path_).message};
  made->source = name_;
  return std::move(*made);
}

Status CapsuleSource::Bring(const Offer& offer, const std::vector<size_t>& missing,
                            FilterStore* store) {
  const Result<Capsule> capsule = Capsule::Open(path_);
  if (!capsule.ok()) return Error{ErrorCode::kUnavailable, capsule.error().message};
  const auto read = [&capsule](const OfferedFile& file) { return capsule->Read(file); };
  return CopyFiles(offer, missing, path_, read, store);
}

}  // namespace crlite
