#include "sync/trust/changeset.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sync/offer/json.h"
#include "sync/offer/proof.h"
#include "sync/trust/canonical_json.h"

namespace crlite {
namespace {

using nlohmann::json;
using namespace std::string_literals;

constexpr char kMode[] = "p384ecdsa";
constexpr size_t kMaxSignatures = 16;
constexpr size_t kMaxSignatureSize = 256;
constexpr size_t kMaxUrlSize = 2048;
constexpr size_t kMaxIdSize = 256;

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Result<std::string> ParseWord(const json& object, const char* key, size_t max_size) {
  Result<std::string> word = ParseText(object, key);
  if (!word.ok()) return word;
  if (word->empty() || word->size() > max_size || !IsPrintable(*word)) {
    return MalformedError(
        fmt::format("{}: wanted 1 to {} characters of printable ASCII", key, max_size));
  }
  return word;
}

Status AddSignature(const json& entry, std::vector<SignatureEntry>* out) {
  if (!entry.is_object()) return MalformedError("wanted an object");
  // The oldest servers do not name the mode: there was only one.
  if (const auto mode = entry.find("mode"); mode != entry.end() && *mode != kMode) {
    return Status::Ok();
  }
  Result<std::string> signature = ParseWord(entry, "signature", kMaxSignatureSize);
  if (!signature.ok()) return signature.error();
  Result<std::string> x5u = ParseWord(entry, "x5u", kMaxUrlSize);
  if (!x5u.ok()) return x5u.error();
  out->push_back({std::move(*signature), std::move(*x5u)});
  return Status::Ok();
}

Result<std::vector<SignatureEntry>> ParseSignatures(const json& document) {
  const auto metadata = document.find("metadata");
  if (metadata == document.end()) return MalformedError("missing");
  if (!metadata->is_object()) return MalformedError("wanted an object");
  std::vector<SignatureEntry> signatures;
  if (const auto one = metadata->find("signature"); one != metadata->end()) {
    if (Status added = AddSignature(*one, &signatures); !added.ok()) {
      return added.error().In("signature");
    }
  }
  if (const auto list = metadata->find("signatures"); list != metadata->end()) {
    if (!list->is_array() || list->size() > kMaxSignatures) {
      return MalformedError(fmt::format("signatures: wanted a list of at most {}", kMaxSignatures));
    }
    for (const json& entry : *list) {
      if (Status added = AddSignature(entry, &signatures); !added.ok()) {
        return added.error().In("signatures");
      }
    }
  }
  if (signatures.empty()) return MalformedError(fmt::format("no signature of mode {}", kMode));
  return signatures;
}

// Only now may the others lean on it: each record is an object with an id of its own.
Status CheckRecords(const json::array_t& records) {
  if (records.size() > kMaxRecords) {
    return MalformedError(
        fmt::format("{} records, at most {} are accepted", records.size(), kMaxRecords));
  }
  std::set<std::string_view> ids;
  size_t number = 0;
  for (const json& record : records) {
    const std::string subject = fmt::format("record {}", ++number);
    if (!record.is_object()) return MalformedError(subject + ": wanted an object");
    const auto id = record.find("id");
    const std::string* const text =
        id == record.end() ? nullptr : id->get_ptr<const std::string*>();
    if (text == nullptr || text->empty() || text->size() > kMaxIdSize) {
      return MalformedError(
          fmt::format("{}: id: wanted a string of 1 to {} bytes", subject, kMaxIdSize));
    }
    if (!ids.insert(*text).second) {
      return MalformedError(subject + ": id: that of another record too");
    }
  }
  return Status::Ok();
}

bool IsDeleted(const json& record) {
  const auto deleted = record.find("deleted");
  return deleted != record.end() && *deleted == true;
}

const std::string& IdOf(const json& record) { return record["id"].get_ref<const std::string&>(); }

}  // namespace

Result<Changeset> ParseChangeset(std::string_view text) {
  Result<json> document = ParseObject(text, kMaxChangesetSize);
  if (!document.ok()) return document.error();
  Changeset changeset;
  Result<uint64_t> timestamp = ParseCount(*document, "timestamp", kMaxTimeMs);
  if (!timestamp.ok()) return timestamp.error();
  changeset.timestamp_ms = *timestamp;

  Result<std::vector<SignatureEntry>> signatures = ParseSignatures(*document);
  if (!signatures.ok()) return signatures.error().In("metadata");
  changeset.signatures = std::move(*signatures);

  const auto changes = document->find("changes");
  if (changes == document->end()) return MalformedError("changes: missing");
  auto* const list = changes->get_ptr<json::array_t*>();
  if (list == nullptr) return MalformedError("changes: wanted a list");
  if (Status checked = CheckRecords(*list); !checked.ok()) return checked.error().In("changes");
  std::erase_if(*list, IsDeleted);
  changeset.records = std::move(*changes);
  return changeset;
}

Result<std::string> SignedMessage(const Changeset& changeset) {
  std::vector<const json*> sorted;
  for (const json& record : changeset.records) sorted.push_back(&record);
  std::sort(sorted.begin(), sorted.end(),
            [](const json* a, const json* b) { return IdOf(*a) < IdOf(*b); });

  // The zero byte belongs to the prefix.
  std::string message = "Content-Signature:\0{\"data\":["s;
  for (const json* record : sorted) {
    Result<std::string> text = CanonicalJson(*record);
    if (!text.ok()) return text.error().In("changes");
    if (record != sorted.front()) message += ',';
    message += *text;
  }
  message += fmt::format("],\"last_modified\":\"{}\"}}", changeset.timestamp_ms);
  return message;
}

}  // namespace crlite
