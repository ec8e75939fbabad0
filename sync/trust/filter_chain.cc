#include "sync/trust/filter_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "sync/offer/json.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr char kDefaultChannel[] = "default";
constexpr size_t kMaxLocationSize = 512;

// What a record says of its place in the chain.
struct Link {
  std::string id;
  std::optional<std::string> parent;  // nullopt: a full filter
  uint64_t effective_ms = 0;
  const json* record = nullptr;
};

// nullopt for a record of another channel, and for one that does not have the form of a filter's:
// the collection has held other things before, and may again.
std::optional<Link> LinkOf(const json& record, std::string_view channel) {
  if (!record.is_object()) return std::nullopt;
  if (record.value("channel", json(kDefaultChannel)) != json(channel)) return std::nullopt;
  const json incremental = record.value("incremental", json(false));
  Result<std::string> id = ParseText(record, "id");
  Result<uint64_t> effective = ParseCount(record, "effectiveTimestamp", kMaxTimeMs);
  if (!incremental.is_boolean() || !id.ok() || !effective.ok()) return std::nullopt;
  Link link{std::move(*id), std::nullopt, *effective, &record};
  if (incremental == true) {
    Result<std::string> parent = ParseText(record, "parent");
    if (!parent.ok()) return std::nullopt;
    link.parent = std::move(*parent);
  }
  return link;
}

// Equal times are told apart by id, because the order of records is not signed.
bool IsEarlier(const Link& a, const Link& b) {
  return a.effective_ms != b.effective_ms ? a.effective_ms < b.effective_ms : a.id < b.id;
}

// The records of the chain in order; empty if there is no full filter.
std::vector<Link> FollowChain(const std::vector<Link>& links) {
  const Link* full = nullptr;
  for (const Link& link : links) {
    if (!link.parent && (full == nullptr || IsEarlier(*full, link))) full = &link;
  }
  if (full == nullptr) return {};
  std::map<std::string_view, const Link*> children;  // by parent
  for (const Link& link : links) {
    if (!link.parent || link.effective_ms <= full->effective_ms) continue;
    const Link*& child = children[*link.parent];
    if (child == nullptr || IsEarlier(link, *child)) child = &link;
  }
  std::vector<Link> chain = {*full};
  // Where ids repeat, a chain can lead back into itself. One more than is accepted is enough.
  while (chain.size() <= kMaxOfferedFiles) {
    const auto child = children.find(chain.back().id);
    if (child == children.end()) break;
    chain.push_back(*child->second);
  }
  return chain;
}

// Joined to a URL as it is. A name of a host or a way out of the folder must not come of it.
bool IsLocation(std::string_view text) {
  if (text.empty() || text.size() > kMaxLocationSize || text[0] == '/') return false;
  if (text.find("..") != text.npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~' || c == '/';
  });
}

Result<std::vector<SignedFile>> FilesOf(const std::vector<Link>& chain) {
  json attachments = json::array();
  for (const Link& link : chain) attachments.push_back(link.record->value("attachment", json()));
  Result<std::vector<OfferedFile>> files = ParseFiles(attachments);
  if (!files.ok()) return files.error();
  std::vector<SignedFile> signed_files;
  for (size_t i = 0; i < chain.size(); ++i) {
    const std::string subject = fmt::format("entry {}", i + 1);
    Result<std::string> location = ParseText(attachments[i], "location");
    if (!location.ok()) return location.error().In(subject);
    if (!IsLocation(*location)) {
      return MalformedError(
          fmt::format("{}: location: wanted a relative path of 1 to {} letters, digits, '-', '.', "
                      "'_', '~', '/'",
                      subject, kMaxLocationSize));
    }
    signed_files.push_back({std::move((*files)[i]), std::move(*location), chain[i].effective_ms});
  }
  return signed_files;
}

}  // namespace

Result<std::vector<SignedFile>> BuildFilterChain(const json& records, std::string_view channel) {
  std::vector<Link> links;
  for (const json& record : records) {
    if (std::optional<Link> link = LinkOf(record, channel)) links.push_back(std::move(*link));
  }
  const std::vector<Link> chain = FollowChain(links);
  const std::string subject = fmt::format("filters of channel {}", channel);
  if (chain.empty()) {
    return MalformedError(fmt::format("no full filter among {} records", records.size()))
        .In(subject);
  }
  Result<std::vector<SignedFile>> files = FilesOf(chain);
  if (!files.ok()) return files.error().In(subject);
  return files;
}

}  // namespace crlite
