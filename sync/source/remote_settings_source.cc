#include "sync/source/remote_settings_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/clock.h"
#include "sync/offer/json.h"
#include "sync/source/bring_files.h"
#include "sync/source/signed_offer.h"
#include "sync/transfer/url.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr char kBucket[] = "security-state";
constexpr char kCollection[] = "cert-revocations";
constexpr char kPollPath[] = "/buckets/monitor/collections/changes/changeset?_expected=0";
constexpr char kChangesetPath[] =
    "/buckets/security-state/collections/cert-revocations/changeset?_expected=";
// Of the list of all collections, and of the server's description of itself.
constexpr uint64_t kMaxDocumentSize = 1 << 20;

Error Unavailable(const std::string& subject, std::string_view what) {
  return {ErrorCode::kUnavailable, fmt::format("{}: {}", subject, what)};
}

// Scheme, host and port.
std::string_view OriginOf(std::string_view url) {
  const size_t scheme = url.find("://");
  return scheme == url.npos ? std::string_view() : url.substr(0, url.find('/', scheme + 3));
}

bool IsOurs(const json& change) {
  const auto has = [&change](const char* key, const char* value) {
    const auto found = change.find(key);
    return found != change.end() && *found == value;
  };
  return change.is_object() && has("bucket", kBucket) && has("collection", kCollection);
}

// When the collection changed last, according to the answer to a poll; nullopt: it does not say.
Result<std::optional<uint64_t>> ParsePoll(std::string_view text) {
  const Result<json> document = ParseObject(text, kMaxDocumentSize);
  if (!document.ok()) return document.error();
  const auto changes = document->find("changes");
  if (changes == document->end() || !changes->is_array()) {
    return MalformedError("changes: wanted a list");
  }
  const auto ours = std::find_if(changes->begin(), changes->end(), IsOurs);
  if (ours == changes->end()) return std::optional<uint64_t>();
  const Result<uint64_t> time = ParseCount(*ours, "last_modified", kMaxTimeMs);
  if (!time.ok()) return time.error().In("changes");
  return std::optional<uint64_t>(*time);
}

}  // namespace

RemoteSettingsSource::RemoteSettingsSource(const SourceConfig& config, Fetcher* fetcher)
    : name_(SourceSpec(config)),
      server_(config.location),
      trust_(TrustOf(config)),
      fetcher_(fetcher) {
  while (server_.ends_with('/')) server_.pop_back();
}

Result<Offer> RemoteSettingsSource::GetOffer(const Offer* held) {
  const uint64_t now_ms = NowMs();
  // Signatures are renewed while the list stays the same, so a proof that holds no more has to be
  // fetched again.
  std::optional<Offer> known = ProveAgain(held, trust_, now_ms);
  std::optional<uint64_t> since_ms;
  if (known.has_value()) since_ms = known->data_time_ms;
  Result<Poll> poll = PollChanges(since_ms, known.has_value() ? known->validator : Validator{});
  if (!poll.ok()) return poll.error();
  if (known.has_value() && poll->timestamp_ms.value_or(*since_ms) == *since_ms) {
    known->validator = std::move(poll->validator);
    return std::move(*known);
  }
  if (!poll->timestamp_ms.has_value()) {
    return Unavailable(name_, fmt::format("has no collection {}/{}", kBucket, kCollection));
  }
  const std::string url = server_ + kChangesetPath + std::to_string(*poll->timestamp_ms);
  Result<Document> changeset = GetFound(url, kMaxChangesetSize);
  if (!changeset.ok()) return changeset.error();
  Result<Offer> made = ProveChangeset(std::move(changeset->body), url, held, trust_, now_ms,
                                      [this](const std::string& x5u) { return GetChain(x5u); });
  if (!made.ok()) return made.error();
  made->source = name_;
  // A cache may have given an older list than the poll spoke of: that must not settle the matter.
  if (made->data_time_ms == *poll->timestamp_ms) {
    made->validator = std::move(poll->validator);
  }
  return std::move(*made);
}

Status RemoteSettingsSource::Bring(const Offer& offer, const std::vector<size_t>& missing,
                                   FilterStore* store) {
  if (missing.empty()) return Status::Ok();
  // The proof says where the files are.
  const Result<SignedList> list = VerifyProof(*offer.proof, trust_, NowMs());
  if (!list.ok()) return Unavailable(name_, list.error().message);
  const Result<std::string> base = BaseUrl("attachments", "base_url");
  if (!base.ok()) return base.error();
  std::vector<RemoteFile> files;
  for (size_t index : missing) {
    const std::string url = *base + list->files[index].location;
    if (Status checked = CheckNamedUrl(url); !checked.ok()) return checked;
    files.push_back({index, url, ""});
  }
  return DownloadFiles(offer, files, fetcher_, store);
}

Result<Document> RemoteSettingsSource::GetFound(const std::string& url, uint64_t max_size) {
  Result<Document> document = fetcher_->Get(url, max_size);
  if (document.ok() && document->kind != Document::Kind::kFound) {
    return Unavailable(url, "not found");
  }
  return document;
}

Result<RemoteSettingsSource::Poll> RemoteSettingsSource::PollChanges(
    const std::optional<uint64_t>& since_ms, const Validator& held) {
  std::string url = server_ + kPollPath;
  if (since_ms.has_value()) url += fmt::format("&_since=%22{}%22", *since_ms);
  Result<Document> document =
      fetcher_->Get(url, kMaxDocumentSize, since_ms.has_value() ? held : Validator{});
  if (!document.ok()) return document.error();
  if (document->kind == Document::Kind::kNotModified) return Poll{since_ms, held};
  if (document->kind == Document::Kind::kMissing) {
    return Unavailable(url,
                       "not found; name a Remote Settings server, its version included "
                       "(https://HOST/v1)");
  }
  const Result<std::optional<uint64_t>> time = ParsePoll(document->body);
  if (!time.ok()) return Unavailable(url, time.error().message);
  return Poll{*time, std::move(document->validator)};
}

Result<std::string> RemoteSettingsSource::GetChain(const std::string& x5u) {
  std::string url = x5u;
  if (x5u.find("://") == x5u.npos) {
    Result<std::string> base = BaseUrl("changes", "certs_chains_base_url");
    if (!base.ok()) return base;
    url = *base + x5u;
  }
  if (Status checked = CheckNamedUrl(url); !checked.ok()) return checked.error();
  Result<Document> chain = GetFound(url, kMaxChainSize);
  if (!chain.ok()) return chain.error();
  return std::move(chain->body);
}

Result<std::string> RemoteSettingsSource::BaseUrl(const char* capability, const char* key) {
  const std::string info_url = server_ + "/";
  if (!server_info_.has_value()) {
    const Result<Document> document = GetFound(info_url, kMaxDocumentSize);
    if (!document.ok()) return document.error();
    Result<json> info = ParseObject(document->body, kMaxDocumentSize);
    if (!info.ok()) return Unavailable(info_url, info.error().message);
    server_info_ = std::move(*info);
  }
  const json::json_pointer place(fmt::format("/capabilities/{}/{}", capability, key));
  if (!server_info_->contains(place) || !server_info_->at(place).is_string()) {
    return Unavailable(info_url, fmt::format("capabilities.{}.{}: missing", capability, key));
  }
  std::string url = server_info_->at(place).get<std::string>();
  if (!url.ends_with('/')) url += '/';
  return url;
}

Status RemoteSettingsSource::CheckNamedUrl(const std::string& url) const {
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    return Unavailable(name_, "names a URL with other characters than printable ASCII");
  }
  if (OriginOf(url) != OriginOf(server_) && !url.starts_with("https://")) {
    return Unavailable(name_, "names a URL that is neither https nor on the server itself: " + url);
  }
  if (Status checked = CheckUrl(url, Vouching::kSignature); !checked.ok()) {
    return Unavailable(name_, "names a URL that cannot be used: " + checked.error().message);
  }
  return Status::Ok();
}

}  // namespace crlite
