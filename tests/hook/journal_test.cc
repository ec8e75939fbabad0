// What the journal is told: the fields of an entry, and how many entries there may be.
#include <errno.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "cascade/base/hex.h"
#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

using Entry = std::map<std::string, std::string>;

// The fields of a datagram that is nothing but whole lines NAME=value, each name once.
Entry Parse(const std::string& datagram) {
  Entry entry;
  size_t begin = 0;
  while (begin < datagram.size()) {
    const size_t end = datagram.find('\n', begin);
    EXPECT_NE(end, std::string::npos) << "the last line has no end: " << datagram;
    if (end == std::string::npos) break;
    const std::string line = datagram.substr(begin, end - begin);
    const size_t equals = line.find('=');
    EXPECT_NE(equals, std::string::npos) << "not a field: " << line;
    const bool is_new = entry.emplace(line.substr(0, equals), line.substr(equals + 1)).second;
    EXPECT_TRUE(is_new) << "twice: " << line;
    begin = end + 1;
  }
  return entry;
}

Entry OnlyEntry() {
  EXPECT_EQ(JournalLines().size(), 1u);
  return JournalLines().empty() ? Entry() : Parse(JournalLines()[0]);
}

TEST(Journal, TellsOfARefusal) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    world.ExpectRefusal();
    const std::string issuer = ToHex(world.root.SpkiHash().bytes);
    const Entry wanted = {
        {"MESSAGE",
         "refused a revoked certificate: serial 02, issuer " + issuer + ", program hook_test"},
        {"PRIORITY", "4"},
        {"SYSLOG_IDENTIFIER", "crlite"},
        {"SYSLOG_PID", std::to_string(getpid())},
        {"CRLITE_PROGRAM", "hook_test"},
        {"CRLITE_ACTION", "refused"},
        {"CRLITE_RULE", "revoked"},
        {"CRLITE_OUTCOME", "Revoked"},
        {"CRLITE_REASON", "answered by the filters"},
        {"CRLITE_SERIAL", "02"},
        {"CRLITE_ISSUER", issuer},
        {"CRLITE_FILTER", "test-filter"},
        {"CRLITE_GENERATION", "1"},
        {"CRLITE_MODE", "enforce"},
    };
    EXPECT_EQ(OnlyEntry(), wanted);
  });
}

// How data can be missing for a certificate that is not revoked.
struct Missing {
  std::string rule;
  Action Policy::*action;
  std::function<void(World*)> arrange;
};

const Missing kMissing[] = {
    {"stale", &Policy::stale,
     [](World* world) {
       world->host.data_time -= 11 * 86400;
       world->Publish();
     }},
    {"damaged", &Policy::damaged,
     [](World* world) {
       world->Publish();
       std::filesystem::remove(world->host.snapshot());
     }},
    {"never-provisioned", &Policy::never_provisioned,
     [](World* world) { world->host.PublishPolicy(); }},
};

void ExpectMissingIsTold(const Missing& missing, Mode mode, Action action,
                         const std::string& what) {
  InChild([&] {
    World world;
    world.host.policy.mode = mode;
    world.host.policy.*missing.action = action;
    missing.arrange(&world);
    world.host.Load();
    world.ErrorOf(world.good);
    Entry entry = OnlyEntry();
    EXPECT_EQ(entry["CRLITE_RULE"], missing.rule);
    EXPECT_EQ(entry["CRLITE_ACTION"], what);
    EXPECT_EQ(entry["PRIORITY"], what == "refused" ? "4" : "5");
    EXPECT_EQ(entry["CRLITE_SERIAL"], "01");
  });
}

TEST(Journal, NamesTheRuleAndWhatBecameOfTheCertificate) {
  for (const Missing& missing : kMissing) {
    SCOPED_TRACE(missing.rule);
    ExpectMissingIsTold(missing, Mode::kEnforce, Action::kDeny, "refused");
    ExpectMissingIsTold(missing, Mode::kEnforce, Action::kReport, "reported");
    ExpectMissingIsTold(missing, Mode::kShadow, Action::kDeny, "withheld");
    ExpectMissingIsTold(missing, Mode::kShadow, Action::kReport, "reported");
  }
}

TEST(Journal, TellsWhatShadowModeWithheld) {
  InChild([] {
    World world;
    world.host.policy.mode = Mode::kShadow;
    world.Publish();
    world.host.Load();
    world.ExpectNoRefusal();
    Entry entry = OnlyEntry();
    EXPECT_EQ(entry["MESSAGE"].find("would have refused a revoked certificate: serial 02"), 0u);
    EXPECT_EQ(entry["CRLITE_ACTION"], "withheld");
    EXPECT_EQ(entry["PRIORITY"], "5");
    EXPECT_EQ(entry["CRLITE_MODE"], "shadow");
  });
}

TEST(Journal, KeepsTheNameThatTheProgramStartedWith) {
  InChild([] {
    World world;
    world.Publish();
    std::string name = "nginx";
    program_invocation_short_name = name.data();
    world.host.Load();
    name = "serve";  // as a status in the arguments' place would
    world.ExpectRefusal();
    EXPECT_EQ(OnlyEntry()["CRLITE_PROGRAM"], "nginx");
  });
}

TEST(Journal, TakesNoFieldFromAProgramsName) {
  InChild([] {
    World world;
    world.Publish();
    std::string name = "a\nPRIORITY=0\n\x7f\xff" + std::string(100, 'x');
    program_invocation_short_name = name.data();
    world.host.Load();
    world.ExpectRefusal();
    Entry entry = OnlyEntry();
    EXPECT_EQ(entry["CRLITE_PROGRAM"].find("a?PRIORITY=0???x"), 0u) << entry["CRLITE_PROGRAM"];
    EXPECT_EQ(entry["PRIORITY"], "4");
  });
}

TEST(Journal, DoesWithoutAName) {
  InChild([] {
    World world;
    world.Publish();
    std::string name;
    program_invocation_short_name = name.data();
    world.host.Load();
    world.ExpectRefusal();
    Entry entry = OnlyEntry();
    EXPECT_EQ(entry.count("CRLITE_PROGRAM"), 0u);
    EXPECT_EQ(entry["MESSAGE"].find("program"), std::string::npos);
  });
}

TEST(Journal, CutsOffNothingOfTheLongestSerial) {
  InChild([] {
    World world;
    CertificateOptions options;
    options.serial = ByteVector(255, 0x5a);
    const Certificate leaf = Issue(&world.root, options);
    world.host.policy.stale = Action::kDeny;
    world.host.data_time -= 11 * 86400;
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(leaf), X509_V_ERR_UNABLE_TO_GET_CRL);
    Entry entry = OnlyEntry();
    const std::string& message = entry["MESSAGE"];
    EXPECT_EQ(entry["CRLITE_SERIAL"], ToHex(options.serial));
    EXPECT_NE(message.find(ToHex(options.serial)), std::string::npos);
    EXPECT_EQ(message.substr(message.size() - 19), ", program hook_test");
  });
}

TEST(Journal, CanBeSwitchedOff) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Configure("journal = no");
    world.host.Load();
    world.ExpectRefusal();
    EXPECT_TRUE(JournalLines().empty());
  });
}

TEST(Journal, GetsAtMostTwentyLinesAMinute) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    for (int i = 0; i < 100; ++i) world.ErrorOf(world.revoked);
    EXPECT_GE(JournalLines().size(), 20u);
    EXPECT_LE(JournalLines().size(), 40u) << "a minute may have ended in between";
  });
}

TEST(Journal, TellsInTheNextMinuteHowManyWereLeftOut) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    for (int i = 0; i < 100; ++i) world.ErrorOf(world.revoked);
    const size_t before = JournalLines().size();
    LetSecondsPass(60);
    for (int i = 0; i < 2; ++i) world.ErrorOf(world.revoked);
    ASSERT_EQ(JournalLines().size(), before + 2);
    const std::string told = Parse(JournalLines()[before])["MESSAGE"];
    // All 80, but for those of a minute that ended in between.
    EXPECT_NE(told.find(" earlier lines were left out)"), std::string::npos) << told;
    if (before == 20) {
      EXPECT_NE(told.find(" (80 earlier lines were left out)"), std::string::npos) << told;
    }
    EXPECT_EQ(Parse(JournalLines()[before + 1])["MESSAGE"].find("left out"), std::string::npos);
  });
}

TEST(Journal, KeepsRoomForRevocations) {
  InChild([] {
    World world;
    world.host.policy.stale = Action::kReport;
    world.host.data_time -= 11 * 86400;
    world.Publish();
    world.host.Load();
    for (int i = 0; i < 100; ++i) world.ErrorOf(world.good);
    world.ErrorOf(world.revoked);
    ASSERT_GT(JournalLines().size(), 20u);
    EXPECT_EQ(JournalLines().back().find("MESSAGE=refused a revoked certificate"), 0u)
        << JournalLines().back();
  });
}

}  // namespace
}  // namespace crlite::hook
