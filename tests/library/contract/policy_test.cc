// What the machine's policy makes of an outcome.
#include <stdlib.h>

#include <filesystem>

#include "cascade/reader/exemption.h"
#include "tests/library/contract/asker.h"

namespace crlite::library {
namespace {

constexpr uint64_t kHourMs = 3600 * 1000;
constexpr time_t kDay = 86400;

uint64_t NowMs() { return static_cast<uint64_t>(time(nullptr)) * 1000; }

// What becomes of the revoked certificate in each mode.
Answer RevokedIn(Mode mode) {
  Answer answer = kRefused;
  if (mode == Mode::kShadow) answer.action = CRLITE_WITHHOLD;
  if (mode == Mode::kOff)
    answer = {CRLITE_REVOKED, CRLITE_REASON_FILTERS, CRLITE_ALLOW, CRLITE_RULE_NONE};
  return answer;
}

constexpr Mode kModes[] = {Mode::kOff, Mode::kShadow, Mode::kEnforce};

TEST(Mode, OfThePolicy) {
  for (const Mode mode : kModes) {
    SCOPED_TRACE(ModeName(mode));
    Asker asker;
    asker.host.policy.mode = mode;
    asker.Publish();
    asker.Open();
    asker.Expect(kGood, RevokedIn(mode));
    EXPECT_EQ(asker.Query({0x02}, {TestSct()}), RevokedIn(mode));
  }
}

TEST(Mode, OfTheEnvironmentReplacesThePolicys) {
  for (const Mode of_policy : kModes) {
    for (const Mode of_environment : kModes) {
      for (const bool insist : {false, true}) {
        hook::InChild([&] {
          Asker asker;
          asker.host.policy.mode = of_policy;
          asker.host.policy.insist = insist;
          asker.Publish();
          setenv("CRLITE_MODE", ModeName(of_environment), 1);
          asker.Open();
          const Mode wanted = insist ? std::max(of_policy, of_environment) : of_environment;
          asker.Expect(kGood, RevokedIn(wanted));
          EXPECT_EQ(crlite_result_insists(asker.result.get()), insist ? 1 : 0);
          setenv("CRLITE_MODE", "off", 1);
          EXPECT_EQ(asker.Check(asker.revoked), RevokedIn(wanted)) << "read when it is opened";
        });
      }
    }
  }
}

TEST(Mode, ThatIsNoneIsIgnoredAndTold) {
  for (const char* text : {"", "Off", "off ", "0", "enforcing"}) {
    hook::InChild([&] {
      Asker asker;
      asker.Publish();
      setenv("CRLITE_MODE", text, 1);
      asker.Open();
      asker.Expect(kGood, kRefused);
      ASSERT_EQ(hook::JournalLines().size(), 1u);
      EXPECT_EQ(hook::JournalLines()[0].find("MESSAGE=CRLITE_MODE: neither enforce nor shadow"), 0u)
          << hook::JournalLines()[0];
    });
  }
}

TEST(Insist, ComesWithEveryAnswer) {
  Asker asker;
  asker.host.policy.insist = true;
  asker.Publish();
  asker.Open();
  asker.Check(asker.good);
  EXPECT_EQ(crlite_result_insists(asker.result.get()), 1);
  asker.Ask({asker.good.Der()});
  EXPECT_EQ(crlite_result_insists(asker.result.get()), 1);
  asker.host.policy.insist = false;
  asker.Publish();
  asker.Check(asker.revoked);
  EXPECT_EQ(crlite_result_insists(asker.result.get()), 0);
}

// ---- missing data -----------------------------------------------------------------------------

// A way in which data can be missing, and what is said of it.
struct Missing {
  Action Policy::*action;
  void (*arrange)(Asker*);
  crlite_data_state state;
  crlite_rule rule;
  crlite_outcome outcome;  // of a certificate that is not revoked
  crlite_reason reason;
};

const Missing kMissing[] = {
    {&Policy::stale,
     [](Asker* asker) {
       asker->host.data_time -= 11 * kDay;
       asker->Publish();
     },
     CRLITE_DATA_STALE, CRLITE_RULE_STALE, CRLITE_NOT_REVOKED, CRLITE_REASON_FILTERS},
    {&Policy::never_provisioned, [](Asker* asker) { asker->host.PublishPolicy(); },
     CRLITE_DATA_NEVER_PROVISIONED, CRLITE_RULE_NEVER_PROVISIONED, CRLITE_NO_DATA,
     CRLITE_REASON_NO_SNAPSHOT},
    {&Policy::damaged,
     [](Asker* asker) {
       asker->Publish();
       std::filesystem::remove(asker->host.snapshot());
     },
     CRLITE_DATA_DAMAGED, CRLITE_RULE_DAMAGED, CRLITE_NO_DATA, CRLITE_REASON_DAMAGED},
};

crlite_action ActionFor(Action action, Mode mode) {
  if (action == Action::kAllow || mode == Mode::kOff) return CRLITE_ALLOW;
  if (action == Action::kReport) return CRLITE_REPORT;
  return mode == Mode::kShadow ? CRLITE_WITHHOLD : CRLITE_REFUSE;
}

void ExpectMissingData(const Missing& missing, Action action, Mode mode) {
  SCOPED_TRACE(crlite_rule_name(missing.rule) + std::string(", mode ") + ModeName(mode) +
               ", action " + std::to_string(static_cast<int>(action)));
  Asker asker;
  asker.host.policy.mode = mode;
  asker.host.policy.*missing.action = action;
  missing.arrange(&asker);
  asker.Open();
  const crlite_action wanted = ActionFor(action, mode);
  const crlite_rule rule = wanted == CRLITE_ALLOW ? CRLITE_RULE_NONE : missing.rule;
  EXPECT_EQ(asker.Check(asker.good), (Answer{missing.outcome, missing.reason, wanted, rule}));
  EXPECT_EQ(crlite_result_data_state(asker.result.get()), missing.state);
  const bool is_known = missing.state == CRLITE_DATA_STALE;
  EXPECT_EQ(asker.Check(asker.revoked),
            is_known ? RevokedIn(mode) : (Answer{missing.outcome, missing.reason, wanted, rule}));
}

TEST(MissingData, IsJudgedByThePolicy) {
  for (const Missing& missing : kMissing) {
    for (const Action action : {Action::kAllow, Action::kReport, Action::kDeny}) {
      for (const Mode mode : kModes) ExpectMissingData(missing, action, mode);
    }
  }
}

TEST(MissingData, IsStaleOneSecondAfterItsTime) {
  Asker asker;
  asker.host.policy.stale = Action::kDeny;
  asker.host.policy.stale_after_s = 1000;
  asker.host.data_time -= 990;
  asker.Publish();
  asker.Open();
  EXPECT_EQ(asker.Check(asker.good), kGood);
  asker.host.data_time -= 20;
  asker.Publish();
  EXPECT_EQ(asker.Check(asker.good).rule, CRLITE_RULE_STALE);
}

TEST(MissingData, AtIsNotTheTimeThatTheDataIsJudgedFor) {
  Asker asker;
  asker.host.policy.stale = Action::kDeny;
  asker.Publish();
  asker.Open();
  hook::CertificateOptions options;
  options.not_after = time(nullptr) + 1000 * kDay;
  const hook::Certificate leaf = Issue(&asker.root, options);
  EXPECT_EQ(asker.Check(leaf, time(nullptr) + 900 * kDay), kGood);
  EXPECT_EQ(crlite_result_data_state(asker.result.get()), CRLITE_DATA_FRESH);
}

// ---- exemptions -------------------------------------------------------------------------------

const Answer kExempt = {CRLITE_REVOKED, CRLITE_REASON_FILTERS, CRLITE_EXEMPT, CRLITE_RULE_REVOKED};

struct ExemptingAsker : Asker {
  void Exempt(const ExemptionKey& key, uint64_t until_ms = NowMs() + kHourMs) {
    host.exemptions = {{key, until_ms}};
    Publish();
    if (asked == nullptr) Open();
  }
  ExemptionKey KeyOfSerial(const ByteVector& serial) const {
    return CertificateExemptionKey(root.SpkiHash(), serial);
  }
};

TEST(Exemption, OfACertificate) {
  ExemptingAsker asker;
  asker.Exempt(asker.KeyOfSerial({0x02}));
  asker.Expect(kGood, kExempt);
  EXPECT_EQ(asker.Query({0x02}, {TestSct()}), kExempt);
  asker.Exempt(asker.KeyOfSerial({0x01}));
  asker.Expect(kGood, kRefused);
}

TEST(Exemption, OfALeafsKeyNeedsTheLeaf) {
  ExemptingAsker asker;
  asker.Exempt(LeafKeyExemptionKey(asker.revoked.SpkiHash().bytes));
  asker.Expect(kGood, kExempt);
  EXPECT_EQ(asker.Query({0x02}, {TestSct()}), kRefused) << "who asks by fields shows no key";
  asker.Exempt(LeafKeyExemptionKey(asker.root.SpkiHash().bytes));
  asker.Expect(kGood, kRefused);
}

TEST(Exemption, EndsByItself) {
  ExemptingAsker asker;
  asker.Exempt(asker.KeyOfSerial({0x02}), NowMs() - 1000);
  asker.Expect(kGood, kRefused);
}

TEST(Exemption, HoldsInEveryModeAndAgainstAnInsistingPolicy) {
  ExemptingAsker asker;
  asker.host.policy.insist = true;
  asker.Exempt(asker.KeyOfSerial({0x02}));
  asker.Expect(kGood, kExempt);
  asker.host.policy.mode = Mode::kShadow;
  asker.Publish();
  asker.Expect(kGood, kExempt);
  asker.host.policy.mode = Mode::kOff;
  asker.Publish();
  asker.Expect(kGood, RevokedIn(Mode::kOff));
}

TEST(Exemption, LetsThroughWhatStaleDataWouldDeny) {
  ExemptingAsker asker;
  asker.host.policy.stale = Action::kDeny;
  asker.host.data_time -= 11 * kDay;
  asker.Exempt(asker.KeyOfSerial({0x01}));
  asker.Expect({CRLITE_NOT_REVOKED, CRLITE_REASON_FILTERS, CRLITE_EXEMPT, CRLITE_RULE_STALE},
               kRefused);
}

}  // namespace
}  // namespace crlite::library
