// The library beside the module in one process: the same decisions, the same lines in the journal.
#include <filesystem>

#include "cascade/reader/exemption.h"
#include "tests/library/contract/asker.h"

namespace crlite::library {
namespace {

using hook::InChild;
using hook::JournalLines;
using hook::LetSecondsPass;

constexpr time_t kDay = 86400;
constexpr uint64_t kHourMs = 3600 * 1000;

uint64_t NowMs() { return static_cast<uint64_t>(time(nullptr)) * 1000; }

struct Case {
  const char* name;
  void (*arrange)(Asker*);
  crlite_action good, revoked;
};

const Case kCases[] = {
    {"enforce", [](Asker* asker) { asker->Publish(); }, CRLITE_ALLOW, CRLITE_REFUSE},
    {"shadow",
     [](Asker* asker) {
       asker->host.policy.mode = Mode::kShadow;
       asker->Publish();
     },
     CRLITE_ALLOW, CRLITE_WITHHOLD},
    {"shadow by the environment",
     [](Asker* asker) {
       asker->Publish();
       setenv("CRLITE_MODE", "shadow", 1);
     },
     CRLITE_ALLOW, CRLITE_WITHHOLD},
    {"off",
     [](Asker* asker) {
       asker->host.policy.mode = Mode::kOff;
       asker->Publish();
     },
     CRLITE_ALLOW, CRLITE_ALLOW},
    {"insist",
     [](Asker* asker) {
       asker->host.policy.insist = true;
       asker->Publish();
       setenv("CRLITE_MODE", "off", 1);
     },
     CRLITE_ALLOW, CRLITE_REFUSE},
    {"exempt by certificate",
     [](Asker* asker) {
       asker->host.exemptions = {
           {CertificateExemptionKey(asker->root.SpkiHash(), ByteVector{0x02}), NowMs() + kHourMs}};
       asker->Publish();
     },
     CRLITE_ALLOW, CRLITE_EXEMPT},
    {"exempt by key",
     [](Asker* asker) {
       asker->host.exemptions = {
           {LeafKeyExemptionKey(asker->revoked.SpkiHash().bytes), NowMs() + kHourMs}};
       asker->Publish();
     },
     CRLITE_ALLOW, CRLITE_EXEMPT},
    {"stale, reported",
     [](Asker* asker) {
       asker->host.policy.stale = Action::kReport;
       asker->host.data_time -= 11 * kDay;
       asker->Publish();
     },
     CRLITE_REPORT, CRLITE_REFUSE},
    {"stale, denied",
     [](Asker* asker) {
       asker->host.policy.stale = Action::kDeny;
       asker->host.data_time -= 11 * kDay;
       asker->Publish();
     },
     CRLITE_REFUSE, CRLITE_REFUSE},
    {"nothing there", [](Asker*) {}, CRLITE_ALLOW, CRLITE_ALLOW},
    {"never provisioned, denied",
     [](Asker* asker) {
       asker->host.policy.never_provisioned = Action::kDeny;
       asker->host.PublishPolicy();
     },
     CRLITE_REFUSE, CRLITE_REFUSE},
    {"damaged, reported",
     [](Asker* asker) {
       asker->Publish();
       std::filesystem::remove(asker->host.snapshot());
     },
     CRLITE_REPORT, CRLITE_REPORT},
    {"damaged, denied, in shadow mode",
     [](Asker* asker) {
       asker->host.policy.mode = Mode::kShadow;
       asker->host.policy.damaged = Action::kDeny;
       asker->Publish();
       asker->host.PublishRaw(ByteVector(1000, 'x'));
     },
     CRLITE_WITHHOLD, CRLITE_WITHHOLD},
};

std::vector<std::string> LinesSince(size_t count) {
  std::vector<std::string> lines = JournalLines();
  lines.erase(lines.begin(), lines.begin() + static_cast<ptrdiff_t>(count));
  return lines;
}

// One verification with the module, one question to the library.
void ExpectTheSame(Asker* asker, const hook::Certificate& leaf, crlite_action action) {
  const size_t before = JournalLines().size();
  const int verified = Verify(asker->store.get(), leaf).result;
  const std::vector<std::string> by_module = LinesSince(before);
  const Answer answer = asker->Check(leaf);
  EXPECT_EQ(answer.action, action) << answer;
  EXPECT_EQ(verified, answer.action == CRLITE_REFUSE ? 0 : 1);
  EXPECT_EQ(LinesSince(before), by_module) << "a question alone tells nobody";
  crlite_report(asker->asked.get(), asker->result.get());
  EXPECT_EQ(LinesSince(before + by_module.size()), by_module);
  EXPECT_EQ(by_module.size(), action == CRLITE_ALLOW ? 0u : 1u);
}

TEST(BesideTheModule, DecidesAndTellsTheSame) {
  for (const Case& test : kCases) {
    InChild([&] {
      SCOPED_TRACE(test.name);
      Asker asker;
      test.arrange(&asker);
      asker.host.Load();
      asker.Open();
      ExpectTheSame(&asker, asker.good, test.good);
      ExpectTheSame(&asker, asker.revoked, test.revoked);
    });
  }
}

TEST(BesideTheModule, CertificatesWithoutAQuestionAreAllowedByBoth) {
  InChild([] {
    Asker asker;
    asker.host.policy.stale = Action::kDeny;
    asker.host.data_time -= 11 * kDay;
    asker.Publish();
    asker.host.Load();
    asker.Open();
    hook::CertificateOptions options;
    options.sct_extension.reset();
    ExpectTheSame(&asker, Issue(&asker.root, options), CRLITE_ALLOW);
    EXPECT_EQ(Verify(asker.store.get(), asker.root).result, 1);
    EXPECT_EQ(asker.Ask({asker.root.Der()}), CRLITE_OK);
    EXPECT_EQ(AnswerOf(asker.result.get()), NotCovered(CRLITE_REASON_CHAIN_TOO_SHORT));
  });
}

// ---- how many lines ---------------------------------------------------------------------------

struct ReportingAsker : Asker {
  ReportingAsker() {
    host.policy.stale = Action::kReport;
    host.data_time -= 11 * kDay;
    Publish();
    Open();
  }
  void Report(const hook::Certificate& leaf, int times) {
    Check(leaf);
    for (int i = 0; i < times; ++i) crlite_report(asked.get(), result.get());
  }
};

TEST(Report, LeavesAtMostTwentyLinesAMinuteAndThenTellsOfTheOthers) {
  InChild([] {
    ReportingAsker asker;
    asker.Report(asker.revoked, 100);
    const size_t before = JournalLines().size();
    EXPECT_GE(before, 20u);
    EXPECT_LE(before, 40u) << "a minute may have ended in between";
    LetSecondsPass(60);
    asker.Report(asker.revoked, 2);
    ASSERT_EQ(JournalLines().size(), before + 2);
    EXPECT_NE(JournalLines()[before].find(" earlier lines were left out)"), std::string::npos);
    EXPECT_EQ(JournalLines()[before + 1].find("left out"), std::string::npos);
  });
}

TEST(Report, KeepsRoomForRevocations) {
  InChild([] {
    ReportingAsker asker;
    asker.Report(asker.good, 100);
    const size_t before = JournalLines().size();
    asker.Report(asker.revoked, 1);
    ASSERT_EQ(JournalLines().size(), before + 1);
    EXPECT_EQ(JournalLines().back().find("MESSAGE=refused a revoked certificate"), 0u);
  });
}

TEST(Report, CountsForEachStore) {
  InChild([] {
    ReportingAsker asker;
    asker.Report(asker.revoked, 100);
    const size_t before = JournalLines().size();
    asker.Open();
    asker.Report(asker.revoked, 1);
    EXPECT_EQ(JournalLines().size(), before + 1);
  });
}

TEST(Report, KeepsTheNameThatTheProgramHadWhenTheStoreWasOpened) {
  InChild([] {
    std::string name = "postgres";
    program_invocation_short_name = name.data();
    ReportingAsker asker;
    name = "idle";
    asker.Report(asker.revoked, 1);
    EXPECT_NE(JournalLines().back().find("\nCRLITE_PROGRAM=postgres\n"), std::string::npos);
  });
}

TEST(Report, IsSilentAboutWhatIsNoNews) {
  InChild([] {
    ReportingAsker asker;
    asker.host.policy.stale = Action::kAllow;
    asker.Publish();
    asker.Report(asker.good, 1);
    const ResultPtr fresh(crlite_result_new());
    crlite_report(asker.asked.get(), fresh.get());
    EXPECT_EQ(asker.Ask({{1}, {2}}), CRLITE_ERR_LEAF);
    crlite_report(asker.asked.get(), asker.result.get());
    EXPECT_TRUE(JournalLines().empty());
  });
}

}  // namespace
}  // namespace crlite::library
