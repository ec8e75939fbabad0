#include "sync/acceptance.h"

#include <fmt/format.h>

#include <algorithm>

#include "cascade/base/text.h"
#include "sync/source/signed_offer.h"
#include "sync/source/source.h"

namespace crlite {
namespace {

constexpr char kDefaultChannel[] = "default";

Error Refused(const Offer& offer, std::string_view why) {
  return {ErrorCode::kUnavailable, fmt::format("{}: {}", offer.source, why)};
}

}  // namespace

Acceptance::Acceptance(const Config& config, const Floors& floors, const Offer* current,
                       Allowances allowances)
    : config_(config), floors_(floors), current_(current), allowances_(allowances) {}

Result<Offer> Acceptance::Judge(Offer offer, uint64_t now_ms) const {
  if (offer.proof.has_value()) {
    const SourceConfig* source = SourceOf(offer);
    Result<Offer> made = MakeSignedOffer(
        *offer.proof, TrustOf(source != nullptr ? *source : SourceConfig{}), now_ms);
    if (!made.ok()) return Refused(offer, made.error().message);
    offer.data_time_ms = made->data_time_ms;
    offer.files = std::move(made->files);
  } else if (Status allowed = CheckUnsigned(offer); !allowed.ok()) {
    return allowed.error();
  }
  if (Status time = CheckNotInFuture(offer.data_time_ms, now_ms); !time.ok()) {
    return Refused(offer, time.error().message);
  }
  // What was signed stays as it was: a clock that is set must not turn the same list into another.
  if (!offer.proof.has_value()) {
    offer.data_time_ms = RecordedTimeMs(offer.data_time_ms, now_ms);
  }
  if (Status newer = CheckNotRollback(offer); !newer.ok()) return newer.error();
  return offer;
}

std::string Acceptance::IdentityOf(const Offer& offer) const {
  const SourceConfig* source = SourceOf(offer);
  return Floors::IdentityOf(offer, source != nullptr ? source->channel : kDefaultChannel);
}

const SourceConfig* Acceptance::SourceOf(const Offer& offer) const {
  const auto found =
      std::find_if(config_.sources.begin(), config_.sources.end(),
                   [&](const SourceConfig& source) { return SourceSpec(source) == offer.source; });
  return found != config_.sources.end() ? &*found : nullptr;
}

Status Acceptance::CheckUnsigned(const Offer& offer) const {
  const SourceConfig* source = SourceOf(offer);
  if (source == nullptr) {
    return Refused(offer,
                   "not signed, and none of the configured sources; name it with --source to use "
                   "it anyway");
  }
  if (source->require_signature) return NotSignedError(offer.source);
  // What is in force says it; if that is lost, the floors do.
  const bool had_signed = current_ != nullptr ? current_->proof.has_value() : floors_.HasSigned();
  if (had_signed && !allowances_.unsigned_data) {
    return Refused(offer,
                   "not signed, and signed data was accepted before; --allow-unsigned takes it "
                   "anyway");
  }
  return Status::Ok();
}

// The floors alone would let one unsigned place replace the newer data of another.
Status Acceptance::CheckNotRollback(const Offer& offer) const {
  if (allowances_.rollback) return Status::Ok();
  if (Status above = floors_.CheckNotRollback(offer, IdentityOf(offer)); !above.ok()) return above;
  const bool is_comparable =
      current_ != nullptr && current_->proof.has_value() == offer.proof.has_value();
  if (!is_comparable || offer.data_time_ms >= current_->data_time_ms) return Status::Ok();
  return Refused(
      offer, fmt::format("its data is of {}, older than that in force, of {}; "
                         "--allow-rollback takes it anyway",
                         FormatTimeMs(offer.data_time_ms), FormatTimeMs(current_->data_time_ms)));
}

}  // namespace crlite
