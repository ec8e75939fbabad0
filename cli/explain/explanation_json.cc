#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cli/explain/explanation_print.h"
#include "cli/output.h"
#include "cli/policy_text.h"

namespace crlite {
namespace {

using nlohmann::ordered_json;

ordered_json CertificateToJson(const Explanation& explanation) {
  ordered_json json = {{"subject", explanation.subject},
                       {"serial", explanation.serial},
                       {"not_before_s", explanation.not_before},
                       {"not_after_s", explanation.not_after},
                       {"at_s", explanation.at},
                       {"spki_sha256", explanation.leaf_key},
                       {"issuer", explanation.issuer_name}};
  if (!explanation.issuer_key.empty()) json["issuer_spki_sha256"] = explanation.issuer_key;
  return json;
}

ordered_json SctsToJson(const Explanation& explanation) {
  ordered_json list = ordered_json::array();
  for (const SctEvidence& evidence : explanation.scts) {
    ordered_json sct = {{"log", ToHex(evidence.sct.log.bytes)},
                        {"time_ms", evidence.sct.timestamp_ms}};
    if (!evidence.log_name.empty()) sct["log_name"] = evidence.log_name;
    if (evidence.is_log_covered) {
      sct["log_covered_from_ms"] = evidence.low_ms;
      sct["log_covered_to_ms"] = evidence.high_ms;
    }
    sct["filters"] = evidence.filters;
    list.push_back(std::move(sct));
  }
  return list;
}

ordered_json FiltersToJson(const std::vector<FilterEvidence>& filters) {
  ordered_json list = ordered_json::array();
  for (const FilterEvidence& filter : filters) {
    ordered_json json = {{"name", filter.name},
                         {"sha256", filter.hash},
                         {"knows_issuer", filter.knows_issuer},
                         {"outcome", OutcomeName(filter.outcome)}};
    if (filter.file_outcome.has_value()) {
      json["file"] = WithoutControls(filter.file);
      json["file_outcome"] = OutcomeName(*filter.file_outcome);
    }
    list.push_back(std::move(json));
  }
  return list;
}

ordered_json DataToJson(const DataReport& report, uint64_t now_ms) {
  ordered_json json = {{"state", DataStateName(report.state)}};
  if (report.snapshot.has_value()) {
    const Snapshot& snapshot = report.snapshot->snapshot();
    const uint64_t time_ms = snapshot.data_time_ms();
    json["generation"] = snapshot.generation();
    json["data_time_ms"] = time_ms;
    json["age_s"] = now_ms > time_ms ? (now_ms - time_ms) / 1000 : 0;
  } else {
    json["problem"] = WithoutControls(report.snapshot_problem);
  }
  if (report.in_force.has_value()) {
    json["source"] = report.in_force->source;
    json["signed"] = report.in_force->proof.has_value();
  }
  return json;
}

const char* RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "none";
    case Refusal::kRevoked:
      return "revoked";
    case Refusal::kNoData:
      return "no-data";
  }
  return "none";
}

ordered_json ModuleToJson(const ModuleAction& action) {
  ordered_json json = {{"activated", action.is_enabled},
                       {"openssl_cnf", WithoutControls(action.openssl_cnf)},
                       {"mode", ModeName(action.mode)},
                       {"mode_from", action.is_mode_of_cnf ? "openssl.cnf" : "policy"},
                       {"refusal", RefusalName(action.decision.refusal)},
                       {"report", RefusalName(action.decision.report)},
                       {"text", ActionText(action)}};
  if (action.exempt_until_ms != 0) json["exempt_until_ms"] = action.exempt_until_ms;
  return json;
}

}  // namespace

ordered_json ExplanationToJson(const Explanation& explanation, const DataReport& report,
                               uint64_t now_ms) {
  ordered_json json = {{"schema", kJsonSchema},
                       {"outcome", OutcomeName(explanation.verdict.outcome)},
                       {"reason", ReasonText(explanation.verdict.reason)},
                       {"rule", RuleText(explanation.verdict)}};
  if (!explanation.deciding_filter.empty()) json["filter"] = explanation.deciding_filter;
  json["certificate"] = CertificateToJson(explanation);
  json["scts"] = SctsToJson(explanation);
  json["malformed_scts"] = explanation.num_malformed_scts;
  json["filters"] = FiltersToJson(explanation.filters);
  json["data"] = DataToJson(report, now_ms);
  json["policy"] = PolicyToJson(report.policy);
  json["module"] = ModuleToJson(explanation.module);
  json["findings"] = FindingsToJson(explanation.findings);
  return json;
}

}  // namespace crlite
