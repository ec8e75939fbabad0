// Why a certificate gets the verdict that it gets, step by step, and what the module makes of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cascade/reader/sct_list.h"
#include "cli/chain.h"
#include "cli/explain/log_list.h"
#include "cli/health/data_health.h"

namespace crlite {

// What one filter says.
struct FilterEvidence {
  std::string name;
  std::string hash;  // SHA-256 of its file, hexadecimal
  bool knows_issuer = false;
  Outcome outcome = Outcome::kNotCovered;
  // The same question put to the filter's file by the other reader, where the file is at hand.
  std::optional<Outcome> file_outcome;
  std::string file;  // its path; empty: not at hand
};

struct SctEvidence {
  Sct sct;
  std::string log_name;         // empty: unknown
  bool is_log_covered = false;  // by any filter, at any time: then from low_ms to high_ms
  uint64_t low_ms = 0, high_ms = 0;
  std::vector<size_t> filters;  // that cover the SCT
};

// What the module does in a program whose verification has succeeded.
struct ModuleAction {
  bool is_enabled = true;   // openssl.cnf activates it
  std::string openssl_cnf;  // that file
  Mode mode = Mode::kEnforce;
  bool is_mode_of_cnf = false;  // else that of the policy
  DataState state = DataState::kFresh;
  Decision decision;
  uint64_t exempt_until_ms = 0;  // 0: no exemption is in force
};

struct Explanation {
  // The question.
  std::string subject, issuer_name;
  std::string serial, leaf_key,
      issuer_key;  // hexadecimal; issuer_key empty: no issuer in the chain
  int64_t not_before = 0, not_after = 0, at = 0;
  size_t num_malformed_scts = 0;
  // The answer and its evidence.
  Verdict verdict;
  std::string deciding_filter;  // behind verdict.filter
  std::vector<SctEvidence> scts;
  std::vector<FilterEvidence> filters;  // all of the snapshot, in its order
  ModuleAction module;
  std::vector<Finding> findings;  // contradictions in the evidence
};

// `report`: the data; `log_names` may be empty; `at`: seconds since the epoch, for the validity.
// Age and exemptions are judged at `now_ms`, as the module does.
Explanation Explain(const DataReport& report, const CertificateFields& leaf,
                    const ChainCertificate* issuer, const LogNames& log_names, int64_t at,
                    uint64_t now_ms);

// The rule that leads from what the filters say to the verdict, in words.
const char* RuleText(const Verdict& verdict);

// "accept", "refuse: certificate revoked", "accept, and report: ...".
std::string ActionText(const ModuleAction& action);

}  // namespace crlite
