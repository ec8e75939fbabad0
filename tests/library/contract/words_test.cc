// Names and phrases: one for every value, none for anything else.
#include <crlite/crlite.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cascade/reader/query.h"

namespace crlite {
namespace {

// Values of the enumeration, and of others that a program compiled against a later header may have.
template <typename Enum>
void ExpectNames(const char* (*name_of)(Enum), const std::set<int>& values) {
  std::set<std::string> names;
  for (int value = -300; value <= 300; ++value) {
    const char* const name = name_of(static_cast<Enum>(value));
    ASSERT_NE(name, nullptr) << value;
    if (values.contains(value)) {
      EXPECT_TRUE(names.insert(name).second) << "twice: " << name;
      EXPECT_STRNE(name, "unknown") << value;
      EXPECT_STRNE(name, "") << value;
    } else {
      EXPECT_STREQ(name, "unknown") << value;
    }
  }
}

TEST(Words, AreThereForEveryValueAndForNoOther) {
  ExpectNames(crlite_error_text, {0, 1, 2, 3, 4, 5});
  ExpectNames(crlite_outcome_name, {1, 2, 3, 4, 5});
  ExpectNames(crlite_reason_text, {0, 1, 3, 5, 7, 8});
  ExpectNames(crlite_action_name, {0, 1, 2, 3, 4});
  ExpectNames(crlite_rule_name, {0, 1, 2, 3, 4});
  ExpectNames(crlite_data_state_name, {0, 1, 2, 3});
}

TEST(Words, AreThoseOfTheTools) {
  for (const Outcome outcome : {Outcome::kRevoked, Outcome::kNotRevoked, Outcome::kNotEnrolled,
                                Outcome::kNotCovered, Outcome::kNoData}) {
    const auto value = static_cast<crlite_outcome>(static_cast<int>(outcome) + 1);
    EXPECT_STREQ(crlite_outcome_name(value), OutcomeName(outcome));
  }
  EXPECT_STREQ(crlite_outcome_name(CRLITE_NOT_ENROLLED), "NotEnrolled");
  EXPECT_STREQ(crlite_reason_text(CRLITE_REASON_NO_SCT), "no parseable embedded SCT");
  EXPECT_STREQ(crlite_reason_text(CRLITE_REASON_CHAIN_TOO_SHORT),
               ReasonText(Reason::kChainTooShort));
  EXPECT_STREQ(crlite_reason_text(CRLITE_REASON_DAMAGED), ReasonText(Reason::kDamaged));
  const char* const actions[] = {"allowed", "reported", "exempted", "withheld", "refused"};
  for (int i = 0; i < 5; ++i) {
    EXPECT_STREQ(crlite_action_name(static_cast<crlite_action>(i)), actions[i]);
  }
  const char* const rules[] = {"none", "revoked", "stale", "never-provisioned", "damaged"};
  for (int i = 0; i < 5; ++i) {
    EXPECT_STREQ(crlite_rule_name(static_cast<crlite_rule>(i)), rules[i]);
  }
  const char* const states[] = {"fresh", "stale", "never-provisioned", "damaged"};
  for (int i = 0; i < 4; ++i) {
    EXPECT_STREQ(crlite_data_state_name(static_cast<crlite_data_state>(i)), states[i]);
  }
}

TEST(Words, ErrorsAreOnePhraseEach) {
  EXPECT_STREQ(crlite_error_text(CRLITE_ERR_LEAF),
               "the first certificate is not the DER of a certificate");
  for (int error = 0; error <= CRLITE_ERR_ISSUER; ++error) {
    const std::string text = crlite_error_text(static_cast<crlite_error>(error));
    EXPECT_EQ(text.find_first_of(".\n"), std::string::npos) << text;
  }
}

TEST(Words, VersionIsTheProjects) { EXPECT_STREQ(crlite_version(), CRLITE_PROJECT_VERSION); }

}  // namespace
}  // namespace crlite
