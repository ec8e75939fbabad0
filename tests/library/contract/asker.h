// A program that asks the library, by its header alone.
#pragma once

#include <crlite/crlite.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "tests/hook/host.h"

namespace crlite::library {

using hook::ByteVector;

struct Deleter {
  void operator()(crlite_store* p) const { crlite_close(p); }
  void operator()(crlite_result* p) const { crlite_result_free(p); }
};
using StorePtr = std::unique_ptr<crlite_store, Deleter>;
using ResultPtr = std::unique_ptr<crlite_result, Deleter>;

inline StorePtr OpenStore(const std::string& snapshot, unsigned flags = 0) {
  crlite_store* store = nullptr;
  EXPECT_EQ(crlite_open(snapshot.c_str(), flags, &store), CRLITE_OK);
  return StorePtr(store);
}

// What a result says first.
struct Answer {
  crlite_outcome outcome;
  crlite_reason reason;
  crlite_action action;
  crlite_rule rule;

  friend bool operator==(const Answer&, const Answer&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    return out << crlite_outcome_name(answer.outcome) << ", " << crlite_reason_text(answer.reason)
               << ", " << crlite_action_name(answer.action) << ", "
               << crlite_rule_name(answer.rule);
  }
};

inline Answer AnswerOf(const crlite_result* result) {
  return {crlite_result_outcome(result), crlite_result_reason(result), crlite_result_action(result),
          crlite_result_rule(result)};
}

inline constexpr Answer kGood = {CRLITE_NOT_REVOKED, CRLITE_REASON_FILTERS, CRLITE_ALLOW,
                                 CRLITE_RULE_NONE};
inline constexpr Answer kRefused = {CRLITE_REVOKED, CRLITE_REASON_FILTERS, CRLITE_REFUSE,
                                    CRLITE_RULE_REVOKED};
inline constexpr Answer kNothing = {CRLITE_NO_DATA, CRLITE_REASON_NO_SNAPSHOT, CRLITE_ALLOW,
                                    CRLITE_RULE_NONE};
// For a reason that was found before any data.
inline constexpr Answer NotCovered(crlite_reason reason) {
  return {CRLITE_NOT_COVERED, reason, CRLITE_ALLOW, CRLITE_RULE_NONE};
}

// A world whose certificates are asked about by name. Nothing is published yet.
struct Asker : hook::World {
  StorePtr asked;
  ResultPtr result{crlite_result_new()};

  void Open(unsigned flags = 0) { asked = OpenStore(host.snapshot(), flags); }

  // The error of a question about a chain of any length; fills `result`.
  crlite_error Ask(const std::vector<ByteVector>& chain, int64_t at = CRLITE_NOW) {
    std::vector<crlite_certificate> certificates;
    for (const ByteVector& der : chain) certificates.push_back({der.data(), der.size()});
    return crlite_check_chain(asked.get(), certificates.data(), certificates.size(), at,
                              result.get());
  }
  // The answer about a leaf of the root.
  Answer Check(const hook::Certificate& leaf, int64_t at = CRLITE_NOW) {
    EXPECT_EQ(Ask({leaf.Der(), root.Der()}, at), CRLITE_OK);
    return AnswerOf(result.get());
  }
  // The answer about fields.
  Answer Query(const ByteVector& serial, const std::vector<crlite_sct>& scts) {
    EXPECT_EQ(crlite_query(asked.get(), root.SpkiHash().bytes, serial.data(), serial.size(),
                           scts.data(), scts.size(), result.get()),
              CRLITE_OK);
    return AnswerOf(result.get());
  }
  // The certificates `good` and `revoked` get these answers.
  void Expect(const Answer& for_good, const Answer& for_revoked) {
    EXPECT_EQ(Check(good), for_good);
    EXPECT_EQ(Check(revoked), for_revoked);
  }
};

inline crlite_sct SctOf(const LogId& log, uint64_t timestamp_ms) {
  crlite_sct sct = {};
  memcpy(sct.log_id, log.bytes, sizeof sct.log_id);
  sct.timestamp_ms = timestamp_ms;
  return sct;
}
inline crlite_sct TestSct() { return SctOf(hook::kTestLog, hook::kTestTimestamp); }

}  // namespace crlite::library
