#include "cli/explain/explanation.h"

#include <fmt/format.h>

#include <algorithm>

#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cascade/filter/filter.h"
#include "cli/policy_text.h"
#include "conf/openssl_cnf/openssl_cnf.h"
#include "sync/store/filter_store.h"

namespace crlite {
namespace {

// Any Revoked wins, then any NotRevoked, then any NotEnrolled: the order of the enumeration.
Outcome Combined(const std::vector<FilterEvidence>& filters) {
  Outcome combined = Outcome::kNotCovered;
  for (const FilterEvidence& filter : filters) combined = std::min(combined, filter.outcome);
  return combined;
}

class Explainer {
 public:
  Explainer(const DataReport& report, Explanation* out) : report_(report), out_(*out) {
    if (report.snapshot.has_value()) snapshot_ = &report.snapshot->snapshot();
  }

  void DescribeLeaf(const CertificateFields& leaf, const ChainCertificate* issuer, int64_t at) {
    out_.subject = NameText(leaf.subject_name);
    out_.issuer_name = NameText(leaf.issuer_name);
    out_.serial = ToHex(leaf.serial);
    out_.leaf_key = ToHex(Sha256::Hash(leaf.spki).bytes);
    if (issuer != nullptr) out_.issuer_key = ToHex(issuer->fields.SpkiHash().bytes);
    out_.not_before = leaf.not_before;
    out_.not_after = leaf.not_after;
    out_.at = at;
  }

  // As the module asks.
  void Ask(const Query& query) {
    if (snapshot_ != nullptr) {
      out_.verdict = snapshot_->Check(query);
    } else {
      const bool is_damaged = report_.state == DataState::kDamaged;
      out_.verdict = {Outcome::kNoData, is_damaged ? Reason::kDamaged : Reason::kNoSnapshot};
    }
    if (snapshot_ == nullptr) return;
    const Bytes name = snapshot_->filter_name(out_.verdict.filter);
    out_.deciding_filter = Text(name);
  }

  // `query` with whatever is known of it: without an issuer, coverage can be told all the same.
  void GatherFilters(const Query& query) {
    if (snapshot_ == nullptr) return;
    // The self-test's filter comes last, and matters to the self-test's certificates alone.
    const size_t self_test = snapshot_->num_filters();
    for (size_t i = 0; i <= self_test; ++i) {
      FilterEvidence filter;
      filter.name = Text(snapshot_->filter_name(i));
      filter.hash = ToHex(snapshot_->filter_hash(i));
      filter.knows_issuer = snapshot_->KnowsIssuer(i, query.issuer);
      filter.outcome = snapshot_->CheckFilter(i, query).outcome;
      if (i == self_test && filter.outcome == Outcome::kNotCovered) continue;
      out_.filters.push_back(std::move(filter));
    }
  }

  void GatherScts(const SctList& scts, const Query& query, const LogNames& names) {
    out_.num_malformed_scts = scts.num_malformed;
    for (const Sct& sct : scts.Span()) {
      SctEvidence evidence;
      evidence.sct = sct;
      if (const auto found = names.find(sct.log); found != names.end()) {
        evidence.log_name = found->second;
      }
      if (snapshot_ != nullptr) {
        FindLog(&evidence);
        Query alone = query;
        alone.scts = {&sct, 1};
        for (size_t i = 0; i <= snapshot_->num_filters(); ++i) {
          if (snapshot_->CheckFilter(i, alone).outcome != Outcome::kNotCovered) {
            evidence.filters.push_back(i);
          }
        }
      }
      out_.scts.push_back(std::move(evidence));
    }
  }

  // The files from which the snapshot was made, read by the other reader.
  void AskFiles(const Query& query) {
    if (!report_.in_force.has_value()) return;
    const FilterStore store(report_.paths);
    for (size_t i = 0; i < out_.filters.size() && i < report_.in_force->files.size(); ++i) {
      const OfferedFile& file = report_.in_force->files[i];
      const Result<std::vector<uint8_t>> content = store.ReadInForce(file);
      if (!content.ok()) continue;
      const Result<std::unique_ptr<Filter>> filter = ReadFilter(file.name, *content);
      if (!filter.ok()) continue;
      out_.filters[i].file = report_.paths.filters + "/" + file.HashText();
      out_.filters[i].file_outcome = OutcomeOf((*filter)->Ask(query));
    }
  }

  void CrossCheck() {
    if (out_.verdict.reason != Reason::kFilters) return;
    if (Combined(out_.filters) != out_.verdict.outcome) {
      AddContradiction(fmt::format("snapshot: says {}, its filters together {}",
                                   OutcomeName(out_.verdict.outcome),
                                   OutcomeName(Combined(out_.filters))));
    }
    for (const FilterEvidence& filter : out_.filters) {
      if (!filter.file_outcome.has_value() || *filter.file_outcome == filter.outcome) continue;
      AddContradiction(fmt::format("filter {}: its file says {}, the snapshot {}", filter.name,
                                   OutcomeName(*filter.file_outcome), OutcomeName(filter.outcome)));
    }
  }

  void DecideAction(const CertificateFields& leaf, const Query* query, uint64_t now_ms) {
    ModuleAction& action = out_.module;
    ReadCnf();
    action.state = out_.verdict.reason == Reason::kDamaged ? DataState::kDamaged : report_.state;
    action.decision = Decide(report_.policy, action.mode, action.state, out_.verdict);
    if (action.decision.report == Refusal::kNone || snapshot_ == nullptr || query == nullptr)
      return;
    const auto is_in_force = [&](const ExemptionKey& key) {
      const uint64_t until_ms = snapshot_->ExemptUntilMs(key);
      if (!IsExemptionInForce(until_ms, now_ms)) return false;
      action.exempt_until_ms = until_ms;
      return true;
    };
    if (is_in_force(CertificateExemptionKey(query->issuer, query->serial)) ||
        is_in_force(LeafKeyExemptionKey(Sha256::Hash(leaf.spki).bytes))) {
      action.decision = Exempted(action.decision);
    }
  }

 private:
  static std::string Text(Bytes bytes) {
    return WithoutControls({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  void FindLog(SctEvidence* evidence) const {
    LogId log;
    uint64_t low_ms, high_ms;
    for (size_t i = 0; i < snapshot_->num_logs(); ++i) {
      if (!snapshot_->ReadLog(i, &log, &low_ms, &high_ms) || !(log == evidence->sct.log)) continue;
      evidence->is_log_covered = true;
      evidence->low_ms = low_ms;
      evidence->high_ms = high_ms;
      return;
    }
  }

  void AddContradiction(std::string what) {
    out_.findings.push_back({"evidence-contradicts", Severity::kCritical, std::move(what),
                             "one of them is damaged, and answers cannot be relied on",
                             report_.SyncCommand("publish --force")});
  }

  // The mode that programs get from openssl.cnf.
  void ReadCnf() {
    ModuleAction& action = out_.module;
    action.openssl_cnf = EffectiveOpensslCnfPath();
    action.mode = report_.policy.mode;
    const Result<OpensslCnf> cnf = ReadOpensslCnf(action.openssl_cnf);
    const CnfProvider* crlite = cnf.ok() ? cnf->Find("crlite") : nullptr;
    action.is_enabled = crlite != nullptr && crlite->is_active;
    if (!action.is_enabled) return;
    const auto mode = crlite->values.find("mode");
    if (mode == crlite->values.end()) return;
    for (const Mode requested : {Mode::kOff, Mode::kShadow, Mode::kEnforce}) {
      if (mode->second != ModeName(requested)) continue;
      action.mode = EffectiveMode(report_.policy, true, requested);
      action.is_mode_of_cnf = action.mode != report_.policy.mode;
    }
  }

  const DataReport& report_;
  const Snapshot* snapshot_ = nullptr;
  Explanation& out_;
};

}  // namespace

Explanation Explain(const DataReport& report, const CertificateFields& leaf,
                    const ChainCertificate* issuer, const LogNames& log_names, int64_t at,
                    uint64_t now_ms) {
  Explanation explanation;
  Explainer explainer(report, &explanation);
  explainer.DescribeLeaf(leaf, issuer, at);
  SctList scts;
  Reason reason = DecideBeforeData(leaf, at, &scts);
  if (issuer == nullptr) reason = Reason::kChainTooShort;
  explanation.verdict = {Outcome::kNotCovered, reason};
  Query query = {{}, leaf.serial, scts.Span()};
  if (issuer != nullptr) query.issuer = issuer->fields.SpkiHash();
  if (reason == Reason::kFilters) explainer.Ask(query);
  explainer.GatherScts(scts, query, log_names);
  if (issuer != nullptr) {
    explainer.GatherFilters(query);
    explainer.AskFiles(query);
    explainer.CrossCheck();
  }
  explainer.DecideAction(leaf, issuer != nullptr ? &query : nullptr, now_ms);
  return explanation;
}

const char* RuleText(const Verdict& verdict) {
  if (verdict.reason != Reason::kFilters) return ReasonText(verdict.reason);
  switch (verdict.outcome) {
    case Outcome::kRevoked:
      return "one filter that covers the certificate and lists it is enough";
    case Outcome::kNotRevoked:
      return "filters that cover the certificate know its issuer, and none lists it";
    case Outcome::kNotEnrolled:
      return "filters cover the certificate, but none of them knows its issuer";
    case Outcome::kNotCovered:
      return "no filter covers any of the certificate's SCTs";
    case Outcome::kNoData:
      return "there is nothing to ask";
  }
  return "";
}

std::string ActionText(const ModuleAction& action) {
  const Decision& decision = action.decision;
  const char* trouble = decision.report == Refusal::kRevoked ? "certificate revoked"
                                                             : "unable to get certificate CRL";
  if (action.mode == Mode::kOff) return "accept without asking (mode off)";
  if (decision.refusal != Refusal::kNone) return std::string("refuse: ") + trouble;
  if (decision.is_exempt) {
    return fmt::format("accept, and report the exemption that holds until {} (else: {})",
                       FormatTimeMs(action.exempt_until_ms), trouble);
  }
  if (decision.report == Refusal::kNone) return "accept";
  if (decision.is_withheld) {
    return fmt::format("accept, and report what mode shadow withholds (refuse: {})", trouble);
  }
  return fmt::format("accept, and report that the data is {}", DataStateName(action.state));
}

}  // namespace crlite
