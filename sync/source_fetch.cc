#include "sync/source_fetch.h"

#include <fmt/format.h>

#include "cascade/base/text.h"
#include "sync/clock.h"
#include "sync/store/offer_file.h"

namespace crlite {

Result<std::unique_ptr<Clubcard>> ReadPublishable(const OfferedFile& file, Bytes content) {
  Result<std::unique_ptr<Filter>> filter = ReadFilter(file.name, content);
  if (!filter.ok()) return filter.error();
  auto* clubcard = dynamic_cast<Clubcard*>(filter->get());
  if (clubcard == nullptr) {
    return MalformedError(
        fmt::format("{}: a {}, which does not say which certificates it covers, wanted a clubcard",
                    file.name, (*filter)->Describe().kind));
  }
  (void)std::move(filter).value().release();
  return std::unique_ptr<Clubcard>(clubcard);
}

Result<Offer> SourceFetch::Run(Source* source, const Offer* held) {
  Result<Offer> offered = source->GetOffer(held);
  if (!offered.ok()) return offered;
  Result<Offer> offer = acceptance_.Judge(std::move(*offered), NowMs());
  if (!offer.ok()) return offer;
  if (!offer->proof.has_value()) {
    console_->Warn(offer->source + ": not signed, trusted because it is named by hand");
  }
  if (!options_.dry_run) KeepOnlyWanted(*offer);
  const std::vector<size_t> not_in_force = NotInForce(*offer);
  const std::vector<size_t> missing = Missing(*offer, not_in_force);
  SayPlan(*offer, missing);
  if (options_.dry_run) return offer;
  if (!missing.empty()) {
    if (Status brought = source->Bring(*offer, missing, store_); !brought.ok()) {
      return brought.error();
    }
  }
  if (Status usable = CheckPublishable(*offer, not_in_force); !usable.ok()) return usable.error();
  // Nothing new is no reason to write to the disk.
  const Result<std::optional<Offer>> listed = store_->ReadIncoming();
  const bool is_listed =
      listed.ok() && listed->has_value() && OfferToText(**listed) == OfferToText(*offer);
  if (!is_listed) {
    if (Status written = store_->WriteIncoming(*offer); !written.ok()) return written.error();
  }
  store_->PruneIncoming({&*offer});
  store_->DropPublished(*offer);
  return offer;
}

// Files of an earlier run that this offer has as well stay: that is how a broken fetch resumes.
void SourceFetch::KeepOnlyWanted(const Offer& offer) {
  std::vector<const Offer*> keep = {&offer};
  const Result<std::optional<Offer>> pending = store_->ReadIncoming();
  if (pending.ok() && pending->has_value()) keep.push_back(&**pending);
  store_->PruneIncoming(keep);
}

std::vector<size_t> SourceFetch::NotInForce(const Offer& offer) const {
  std::vector<size_t> found;
  for (size_t i = 0; i < offer.files.size(); ++i) {
    if (options_.force || !store_->IsInForce(offer.files[i])) found.push_back(i);
  }
  return found;
}

std::vector<size_t> SourceFetch::Missing(const Offer& offer,
                                         const std::vector<size_t>& not_in_force) const {
  std::vector<size_t> missing;
  for (size_t i : not_in_force) {
    if (options_.force || !store_->Read(offer.files[i]).ok()) missing.push_back(i);
  }
  return missing;
}

void SourceFetch::SayPlan(const Offer& offer, const std::vector<size_t>& missing) const {
  uint64_t bytes = 0;
  for (size_t i : missing) bytes += offer.files[i].size;
  console_->Say(fmt::format(
      "fetch: {}: {} of {}, {}, {} to get ({})", offer.source,
      FormatCount(offer.files.size(), "filter"), FormatTimeMs(offer.data_time_ms),
      offer.proof.has_value() ? "signed" : "not signed", missing.size(), FormatSize(bytes)));
  if (options_.dry_run) {
    for (size_t i : missing) {
      const OfferedFile& file = offer.files[i];
      console_->Say(fmt::format("would fetch {} ({})", file.name, FormatSize(file.size)));
    }
  }
  console_->StartBar(bytes);
}

// What is in force has been compiled before. The rest may have been brought by an earlier run.
Status SourceFetch::CheckPublishable(const Offer& offer,
                                     const std::vector<size_t>& not_in_force) const {
  for (size_t i : not_in_force) {
    const OfferedFile& file = offer.files[i];
    const Result<std::vector<uint8_t>> content = store_->Read(file);
    if (!content.ok()) return content.error();
    Result<std::unique_ptr<Clubcard>> clubcard = ReadPublishable(file, *content);
    if (!clubcard.ok()) {
      return Error{ErrorCode::kUnavailable, clubcard.error().In(offer.source).message};
    }
  }
  return Status::Ok();
}

}  // namespace crlite
