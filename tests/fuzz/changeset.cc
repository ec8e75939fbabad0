// A changeset: what is accepted obeys the limits, has one canonical text whatever the order of its
// records, and its filters hang together.
#include "sync/trust/changeset.h"

#include <algorithm>
#include <set>

#include "sync/trust/canonical_json.h"
#include "sync/trust/filter_chain.h"
#include "tests/fuzz/property.h"

using namespace crlite;
using nlohmann::json;

namespace {

void CheckLimits(const Changeset& changeset) {
  CRLITE_PROPERTY(changeset.timestamp_ms <= uint64_t{1} << 53, "time");
  CRLITE_PROPERTY(!changeset.signatures.empty() && changeset.signatures.size() <= 17, "signatures");
  CRLITE_PROPERTY(changeset.records.is_array() && changeset.records.size() <= kMaxRecords, "count");
  std::set<std::string> ids;
  for (const json& record : changeset.records) {
    CRLITE_PROPERTY(ids.insert(record.at("id").get<std::string>()).second, record.dump());
    CRLITE_PROPERTY(record.value("deleted", json()) != true, record.dump());
  }
}

// False: the records have none.
bool CheckCanonicalText(const Changeset& changeset) {
  const Result<std::string> text = CanonicalJson(changeset.records);
  CRLITE_PROPERTY(text.ok() == SignedMessage(changeset).ok(), "one has a text, the other has not");
  if (!text.ok()) return false;
  CRLITE_PROPERTY(
      std::all_of(text->begin(), text->end(), [](char c) { return c >= ' ' && c < 0x7f; }), *text);
  const json again = json::parse(*text);
  CRLITE_PROPERTY(again == changeset.records, *text);
  CRLITE_PROPERTY(*CanonicalJson(again) == *text, *text);
  return true;
}

// What docs/formats.md asks of entry `i` of a chain, its parent being one of `parents`.
bool IsRecordOf(const json& record, const SignedFile& file, const std::string& channel,
                const std::set<std::string>& parents) {
  if (record.value("channel", json("default")) != json(channel)) return false;
  if (record.value("effectiveTimestamp", json()) != json(file.effective_ms)) return false;
  const json attachment = record.value("attachment", json());
  if (!attachment.is_object() || attachment.value("filename", json()) != json(file.file.name) ||
      attachment.value("location", json()) != json(file.location)) {
    return false;
  }
  const bool incremental = record.value("incremental", json(false)) == true;
  if (!incremental) return parents.empty();
  return parents.contains(record.value("parent", json()).dump());
}

void CheckChain(const json& records, const std::vector<SignedFile>& chain,
                const std::string& channel) {
  CRLITE_PROPERTY(!chain.empty() && chain.size() <= kMaxOfferedFiles, "count");
  uint64_t total = 0;
  std::set<std::string> parents, names;
  for (const SignedFile& file : chain) {
    total += file.file.size;
    CRLITE_PROPERTY(IsFileName(file.file.name) && names.insert(file.file.name).second,
                    file.file.name);
    CRLITE_PROPERTY(file.location.find("..") == std::string::npos &&
                        file.location.find(':') == std::string::npos &&
                        file.location.front() != '/' && file.location.size() <= 512,
                    file.location);
    CRLITE_PROPERTY(&file == &chain.front() || file.effective_ms > chain.front().effective_ms,
                    "older than the full filter");
    std::set<std::string> ids;
    for (const json& record : records) {
      if (IsRecordOf(record, file, channel, parents)) ids.insert(record["id"].dump());
    }
    CRLITE_PROPERTY(!ids.empty(), file.file.name);
    parents = std::move(ids);
  }
  CRLITE_PROPERTY(total <= kMaxOfferSize, std::to_string(total));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Result<Changeset> changeset = ParseChangeset(std::string(data, data + size));
  CRLITE_PROPERTY(changeset.ok() || !changeset.error().message.empty(), "refused without a word");
  if (!changeset.ok()) return 0;
  CheckLimits(*changeset);
  Changeset reversed = *changeset;
  std::reverse(reversed.records.begin(), reversed.records.end());
  if (CheckCanonicalText(*changeset)) {
    CRLITE_PROPERTY(*SignedMessage(*changeset) == *SignedMessage(reversed), "order matters");
  }
  for (const std::string channel : {"default", "compat"}) {
    const auto chain = BuildFilterChain(changeset->records, channel);
    const auto again = BuildFilterChain(reversed.records, channel);
    CRLITE_PROPERTY(chain.ok() == again.ok(), "order matters");
    if (!chain.ok()) continue;
    CheckChain(changeset->records, *chain, channel);
    CRLITE_PROPERTY(std::equal(chain->begin(), chain->end(), again->begin(), again->end(),
                               [](const SignedFile& a, const SignedFile& b) {
                                 return a.file.name == b.file.name && a.location == b.location;
                               }),
                    "order matters");
  }
  return 0;
}
