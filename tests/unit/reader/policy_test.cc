#include "cascade/reader/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace crlite {
namespace {

constexpr Mode kModes[] = {Mode::kOff, Mode::kShadow, Mode::kEnforce};
constexpr Action kActions[] = {Action::kAllow, Action::kReport, Action::kDeny};
constexpr DataState kStates[] = {DataState::kFresh, DataState::kStale, DataState::kNeverProvisioned,
                                 DataState::kDamaged};
constexpr Reason kReasons[] = {Reason::kFilters,   Reason::kChainTooShort, Reason::kNoCertificate,
                               Reason::kNoSct,     Reason::kCrlPath,       Reason::kOutsideValidity,
                               Reason::kMalformed, Reason::kNoSnapshot,    Reason::kDamaged};
constexpr Reason kReasonsBeforeData[] = {Reason::kChainTooShort,   Reason::kNoCertificate,
                                         Reason::kNoSct,           Reason::kCrlPath,
                                         Reason::kOutsideValidity, Reason::kMalformed};
constexpr Outcome kOutcomes[] = {Outcome::kRevoked, Outcome::kNotRevoked, Outcome::kNotEnrolled,
                                 Outcome::kNotCovered, Outcome::kNoData};

// A policy whose action for `state` is `action`, and the two others for the other states, so that a
// mix-up of states shows.
Policy PolicyWith(DataState state, Action action) {
  const Action other = action == Action::kDeny ? Action::kAllow : Action::kDeny;
  Policy policy;
  policy.stale = state == DataState::kStale ? action : other;
  policy.never_provisioned = state == DataState::kNeverProvisioned ? action : other;
  policy.damaged = state == DataState::kDamaged ? action : other;
  return policy;
}

Verdict MakeVerdict(Outcome outcome, Reason reason) { return {outcome, reason}; }

void ExpectDecision(const Decision& decision, Refusal refusal, Refusal report) {
  EXPECT_EQ(decision.refusal, refusal);
  EXPECT_EQ(decision.report, report);
}

template <typename Visit>
void ForEachPolicyInput(Visit visit) {
  for (const Mode mode : kModes) {
    for (const DataState state : kStates) {
      for (const Action action : kActions) visit(mode, state, action);
    }
  }
}

TEST(Policy, EqualsOnlyWhatIsTheSameInEachField) {
  Policy changed[6];
  changed[0].mode = Mode::kShadow;
  changed[1].insist = true;
  changed[2].never_provisioned = Action::kDeny;
  changed[3].stale = Action::kDeny;
  changed[4].damaged = Action::kDeny;
  changed[5].stale_after_s += 1;
  EXPECT_EQ(Policy{}, Policy{});
  for (const Policy& policy : changed) EXPECT_NE(policy, Policy{});
}

TEST(Decide, OffDoesNothing) {
  ForEachPolicyInput([](Mode, DataState state, Action action) {
    for (const Outcome outcome : kOutcomes) {
      for (const Reason reason : kReasons) {
        ExpectDecision(
            Decide(PolicyWith(state, action), Mode::kOff, state, MakeVerdict(outcome, reason)),
            Refusal::kNone, Refusal::kNone);
      }
    }
  });
}

TEST(Decide, WhatWasDecidedBeforeDataIsAllowedUnderEveryPolicy) {
  ForEachPolicyInput([](Mode mode, DataState state, Action action) {
    for (const Reason reason : kReasonsBeforeData) {
      ExpectDecision(
          Decide(PolicyWith(state, action), mode, state, MakeVerdict(Outcome::kNotCovered, reason)),
          Refusal::kNone, Refusal::kNone);
    }
  });
}

TEST(Decide, RevokedIsRefusedWhateverTheAgeOfTheData) {
  for (const DataState state : kStates) {
    for (const Action action : kActions) {
      const Policy policy = PolicyWith(state, action);
      const Verdict revoked = MakeVerdict(Outcome::kRevoked, Reason::kFilters);
      ExpectDecision(Decide(policy, Mode::kEnforce, state, revoked), Refusal::kRevoked,
                     Refusal::kRevoked);
      ExpectDecision(Decide(policy, Mode::kShadow, state, revoked), Refusal::kNone,
                     Refusal::kRevoked);
    }
  }
}

TEST(Decide, FreshDataAllowsEverythingButRevoked) {
  for (const Mode mode : kModes) {
    for (const Action action : kActions) {
      for (const Outcome outcome :
           {Outcome::kNotRevoked, Outcome::kNotEnrolled, Outcome::kNotCovered}) {
        Policy policy;
        policy.stale = policy.never_provisioned = policy.damaged = action;
        ExpectDecision(
            Decide(policy, mode, DataState::kFresh, MakeVerdict(outcome, Reason::kFilters)),
            Refusal::kNone, Refusal::kNone);
      }
    }
  }
}

TEST(Decide, MissingDataIsWhatItsOwnPolicySays) {
  for (const DataState state :
       {DataState::kStale, DataState::kNeverProvisioned, DataState::kDamaged}) {
    const Outcome outcome = state == DataState::kStale ? Outcome::kNotRevoked : Outcome::kNoData;
    const Reason reason = state == DataState::kStale     ? Reason::kFilters
                          : state == DataState::kDamaged ? Reason::kDamaged
                                                         : Reason::kNoSnapshot;
    const Verdict verdict = MakeVerdict(outcome, reason);
    const auto decide = [&](Mode mode, Action action) {
      return Decide(PolicyWith(state, action), mode, state, verdict);
    };
    ExpectDecision(decide(Mode::kEnforce, Action::kAllow), Refusal::kNone, Refusal::kNone);
    ExpectDecision(decide(Mode::kEnforce, Action::kReport), Refusal::kNone, Refusal::kNoData);
    ExpectDecision(decide(Mode::kEnforce, Action::kDeny), Refusal::kNoData, Refusal::kNoData);
    ExpectDecision(decide(Mode::kShadow, Action::kAllow), Refusal::kNone, Refusal::kNone);
    ExpectDecision(decide(Mode::kShadow, Action::kReport), Refusal::kNone, Refusal::kNoData);
    ExpectDecision(decide(Mode::kShadow, Action::kDeny), Refusal::kNone, Refusal::kNoData);
    EXPECT_TRUE(decide(Mode::kShadow, Action::kDeny).is_withheld);
    EXPECT_FALSE(decide(Mode::kShadow, Action::kReport).is_withheld);
    EXPECT_FALSE(decide(Mode::kEnforce, Action::kDeny).is_withheld);
    EXPECT_FALSE(Exempted(decide(Mode::kShadow, Action::kDeny)).is_withheld);
  }
}

TEST(Decide, DefaultsRefuseNothingButRevoked) {
  const Policy defaults;
  for (const DataState state : kStates) {
    for (const Outcome outcome : kOutcomes) {
      const Decision decision =
          Decide(defaults, defaults.mode, state, MakeVerdict(outcome, Reason::kFilters));
      EXPECT_EQ(decision.refusal,
                outcome == Outcome::kRevoked ? Refusal::kRevoked : Refusal::kNone);
    }
  }
}

TEST(Exempted, RefusesNothingAndTellsWhatItLetThrough) {
  for (const Refusal refusal : {Refusal::kNone, Refusal::kRevoked, Refusal::kNoData}) {
    for (const Refusal report : {Refusal::kNone, Refusal::kRevoked, Refusal::kNoData}) {
      Decision decision;
      decision.refusal = refusal;
      decision.report = report;
      const Decision exempted = Exempted(decision);
      ExpectDecision(exempted, Refusal::kNone, report);
      EXPECT_EQ(exempted.is_exempt, report != Refusal::kNone);
    }
  }
}

TEST(FreshnessOf, TurnsStaleOneSecondBehindTheLimit) {
  Policy policy;
  policy.stale_after_s = 100;
  EXPECT_EQ(FreshnessOf(policy, 1'000'000, 1'100'000), DataState::kFresh);
  EXPECT_EQ(FreshnessOf(policy, 1'000'000, 1'100'999), DataState::kFresh);
  EXPECT_EQ(FreshnessOf(policy, 1'000'000, 1'101'000), DataState::kStale);
}

TEST(FreshnessOf, DataFromTheFutureIsFresh) {
  EXPECT_EQ(FreshnessOf(Policy(), 2'000'000, 1'000'000), DataState::kFresh);
}

TEST(FreshnessOf, DataWithoutTimeIsStale) {
  EXPECT_EQ(FreshnessOf(Policy(), 0, 1'795'000'000'000), DataState::kStale);
}

TEST(EffectiveMode, RequestReplacesThePolicy) {
  for (const Mode policy_mode : kModes) {
    Policy policy;
    policy.mode = policy_mode;
    for (const Mode requested : kModes) {
      EXPECT_EQ(EffectiveMode(policy, true, requested), requested);
      EXPECT_EQ(EffectiveMode(policy, false, requested), policy_mode);
    }
  }
}

TEST(EffectiveMode, InsistentPolicyIsOnlyStrengthened) {
  for (const Mode policy_mode : kModes) {
    Policy policy;
    policy.mode = policy_mode;
    policy.insist = true;
    for (const Mode requested : kModes) {
      EXPECT_EQ(EffectiveMode(policy, true, requested), std::max(policy_mode, requested));
      EXPECT_EQ(EffectiveMode(policy, false, requested), policy_mode);
    }
  }
}

TEST(PolicyEncoding, EveryPolicySurvives) {
  std::set<std::string> encodings;
  for (const Mode mode : kModes) {
    for (const bool insist : {false, true}) {
      for (const Action never : kActions) {
        for (const Action stale : kActions) {
          for (const Action damaged : kActions) {
            const Policy policy{mode, insist, never, stale, damaged, 0xfedcba98};
            uint8_t encoded[kEncodedPolicySize];
            EncodePolicy(policy, encoded);
            encodings.emplace(std::begin(encoded), std::end(encoded));
            Policy decoded;
            ASSERT_TRUE(DecodePolicy(encoded, &decoded));
            EXPECT_EQ(decoded.mode, mode);
            EXPECT_EQ(decoded.insist, insist);
            EXPECT_EQ(decoded.never_provisioned, never);
            EXPECT_EQ(decoded.stale, stale);
            EXPECT_EQ(decoded.damaged, damaged);
            EXPECT_EQ(decoded.stale_after_s, 0xfedcba98u);
          }
        }
      }
    }
  }
  EXPECT_EQ(encodings.size(), 3u * 2 * 3 * 3 * 3);
}

// Every value of every byte: what is accepted encodes to the same bytes again.
TEST(PolicyEncoding, RefusesWhatNoPolicyEncodesTo) {
  size_t accepted = 0;
  for (size_t at = 0; at < kEncodedPolicySize; ++at) {
    for (int value = 0; value < 256; ++value) {
      uint8_t encoded[kEncodedPolicySize];
      EncodePolicy(Policy(), encoded);
      encoded[at] = static_cast<uint8_t>(value);
      Policy decoded;
      if (!DecodePolicy(encoded, &decoded)) continue;
      ++accepted;
      uint8_t again[kEncodedPolicySize];
      EncodePolicy(decoded, again);
      ASSERT_TRUE(SameBytes(encoded, again)) << "byte " << at << " = " << value;
    }
  }
  // Mode and three actions: 3 values each; insist: 2; stale_after: 4 x 256; 7 reserved bytes: 0.
  EXPECT_EQ(accepted, 4u * 3 + 2 + 4 * 256 + 7);
}

TEST(PolicyEncoding, RefusesOtherSizesAndLeavesOutputAlone) {
  uint8_t encoded[kEncodedPolicySize + 1] = {};
  EncodePolicy(Policy(), encoded);
  Policy policy;
  policy.stale_after_s = 1;
  EXPECT_FALSE(DecodePolicy(encoded, &policy));
  for (size_t size = 0; size < kEncodedPolicySize; ++size) {
    EXPECT_FALSE(DecodePolicy(Bytes(encoded).first(size), &policy));
  }
  EXPECT_EQ(policy.stale_after_s, 1u);
}

TEST(Names, EveryOutcomeHasItsOwnFixedName) {
  EXPECT_STREQ(OutcomeName(Outcome::kRevoked), "Revoked");
  EXPECT_STREQ(OutcomeName(Outcome::kNotRevoked), "NotRevoked");
  EXPECT_STREQ(OutcomeName(Outcome::kNotEnrolled), "NotEnrolled");
  EXPECT_STREQ(OutcomeName(Outcome::kNotCovered), "NotCovered");
  EXPECT_STREQ(OutcomeName(Outcome::kNoData), "NoData");
}

TEST(Names, EveryReasonHasItsOwnText) {
  std::set<std::string> texts;
  for (const Reason reason : kReasons) texts.insert(ReasonText(reason));
  EXPECT_EQ(texts.size(), std::size(kReasons));
  EXPECT_EQ(texts.count(""), 0u);
}

}  // namespace
}  // namespace crlite
