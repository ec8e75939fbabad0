#include "cli/admin/exempt_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cascade/snapshot/mapped_snapshot.h"
#include "cascade/snapshot/state_directory.h"
#include "cli/output.h"
#include "cli/time_text.h"
#include "conf/config.h"
#include "sync/clock.h"

namespace crlite {
namespace {

struct List {
  std::string path;
  uint64_t now_ms = 0;
  std::vector<Exemption> exemptions;
  std::optional<MappedSnapshot> snapshot;

  bool HasEnded(const Exemption& e) const { return !IsExemptionInForce(e.until_ms, now_ms); }
  uint64_t SecondsLeft(const Exemption& e) const {
    return HasEnded(e) ? 0 : (e.until_ms - now_ms) / 1000;
  }
  uint64_t UntilInSnapshot(const ExemptionKey& key) const {
    return snapshot.has_value() ? snapshot->snapshot().ExemptUntilMs(key) : 0;
  }
  bool IsInForce(const Exemption& e) const {
    return !HasEnded(e) && UntilInSnapshot(e.Key()) == e.until_ms;
  }
  // Exemptions of the snapshot that the file does not have (any more).
  size_t Others() const {
    if (!snapshot.has_value()) return 0;
    const auto known = std::count_if(exemptions.begin(), exemptions.end(), [this](const auto& e) {
      return UntilInSnapshot(e.Key()) != 0;
    });
    return snapshot->snapshot().num_exemptions() - static_cast<size_t>(known);
  }
};

Result<List> ReadList(const ExemptPlace& place) {
  const Result<Config> config =
      LoadConfig(place.config_path.empty() ? kDefaultConfigPath : place.config_path,
                 /*must_exist=*/!place.config_path.empty());
  if (!config.ok()) return config.error();
  List list;
  list.path = config->exemptions_file;
  list.now_ms = NowMs();
  Result<std::vector<Exemption>> exemptions = LoadExemptions(list.path, list.now_ms);
  if (!exemptions.ok()) return exemptions.error();
  list.exemptions = std::move(*exemptions);
  // Without a snapshot nothing is refused, and nothing exempt: crlite status says why there is
  // none.
  const StatePaths paths(place.state_dir.empty() ? config->state_dir : place.state_dir);
  Result<MappedSnapshot> snapshot = MappedSnapshot::Open(paths.snapshot);
  if (snapshot.ok()) list.snapshot = std::move(*snapshot);
  return list;
}

std::string StateText(const List& list, const Exemption& exemption) {
  if (list.HasEnded(exemption)) {
    return fmt::format("ended {} ago", FormatAge((list.now_ms - exemption.until_ms) / 1000));
  }
  return fmt::format("{}, {} left", list.IsInForce(exemption) ? "in force" : "NOT in the snapshot",
                     FormatAge(list.SecondsLeft(exemption)));
}

void PrintText(const List& list, const ExemptPlace& place) {
  if (list.exemptions.empty()) fmt::print("no exemptions in {}\n", list.path);
  bool is_all_in_force = list.Others() == 0;
  for (const Exemption& exemption : list.exemptions) {
    fmt::print("{}  {}\n  what: {}\n  reason: {}\n  until: {}\n  added: {}\n", exemption.Id(),
               StateText(list, exemption), WhatIsExempt(exemption),
               WithoutControls(exemption.reason), FormatTimeMs(exemption.until_ms),
               FormatTimeMs(exemption.added_ms));
    if (!list.HasEnded(exemption) && !list.IsInForce(exemption)) is_all_in_force = false;
  }
  if (list.Others() != 0) {
    fmt::print("and {} in the snapshot alone\n", FormatCount(list.Others(), "exemption"));
  }
  if (!is_all_in_force) PrintMessage("the snapshot differs; run " + place.PublishLine());
}

nlohmann::ordered_json ToJson(const List& list, const Exemption& exemption) {
  nlohmann::ordered_json json = {{"id", exemption.Id()}};
  if (exemption.kind == Exemption::Kind::kLeafKey) {
    json["leaf_spki_sha256"] = ToHex(exemption.leaf_spki.bytes);
  } else {
    json["issuer_spki_sha256"] = ToHex(exemption.issuer.bytes);
    json["serial"] = ToHex(exemption.serial);
  }
  json["reason"] = exemption.reason;
  json["added_ms"] = exemption.added_ms;
  json["until_ms"] = exemption.until_ms;
  json["days_left"] = list.SecondsLeft(exemption) / 86400;
  json["has_ended"] = list.HasEnded(exemption);
  json["is_in_force"] = list.IsInForce(exemption);
  return json;
}

void PrintListJson(const List& list) {
  nlohmann::ordered_json document = {{"schema", kJsonSchema}, {"file", list.path}};
  document["exemptions"] = nlohmann::ordered_json::array();
  for (const Exemption& exemption : list.exemptions) {
    document["exemptions"].push_back(ToJson(list, exemption));
  }
  document["in_snapshot_alone"] = list.Others();
  PrintJson(document);
}

}  // namespace

int ListExemptions(const ExemptPlace& place, bool has_json) {
  const Result<List> list = ReadList(place);
  if (!list.ok()) return Fail(list.error());
  if (has_json) {
    PrintListJson(*list);
  } else {
    PrintText(*list, place);
  }
  return 0;
}

}  // namespace crlite
