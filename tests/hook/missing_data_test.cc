// Missing data: never provisioned, stale, damaged; each allowed, reported or denied.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cascade/base/file.h"
#include "cascade/reader/snapshot_format.h"
#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

void Overwrite(const std::string& path, const ByteVector& content) {
  std::filesystem::remove(path);
  EXPECT_TRUE(WriteFileAtomically(path, content, 0644).ok());
}

ByteVector Content(const std::string& path) { return *ReadFile(path, 1 << 20); }

// One way to damage a snapshot that was good.
struct Damage {
  const char* name;
  void (*inflict)(const std::string& snapshot);
};

const Damage kDamages[] = {
    {"Missing", [](const std::string& path) { std::filesystem::remove(path); }},
    {"Empty", [](const std::string& path) { Overwrite(path, {}); }},
    {"Truncated",
     [](const std::string& path) {
       ByteVector content = Content(path);
       content.pop_back();
       Overwrite(path, content);
     }},
    {"TruncatedHeader", [](const std::string& path) { Overwrite(path, ByteVector(100, 'c')); }},
    {"RandomBytes",
     [](const std::string& path) {
       ByteVector content(5000);
       for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<uint8_t>(i * i >> 3);
       Overwrite(path, content);
     }},
    {"NewerMajor",
     [](const std::string& path) {
       ByteVector content = Content(path);
       content[snapshot_format::kMajorAt] = snapshot_format::kMajor + 1;
       Overwrite(path, content);
     }},
    {"WritableByGroup", [](const std::string& path) { chmod(path.c_str(), 0664); }},
    {"WritableByAll", [](const std::string& path) { chmod(path.c_str(), 0646); }},
    {"SymbolicLink",
     [](const std::string& path) {
       std::filesystem::rename(path, path + ".real");
       std::filesystem::create_symlink(path + ".real", path);
     }},
    {"Fifo",
     [](const std::string& path) {
       std::filesystem::remove(path);
       EXPECT_EQ(mkfifo(path.c_str(), 0644), 0);
     }},
    {"Directory",
     [](const std::string& path) {
       std::filesystem::remove(path);
       std::filesystem::create_directory(path);
     }},
};

void ExpectAction(World* world, Action action, const std::string& message) {
  const Verification v = Verify(world->store.get(), world->good);
  EXPECT_EQ(v.error, action == Action::kDeny ? X509_V_ERR_UNABLE_TO_GET_CRL : X509_V_OK);
  EXPECT_EQ(v.result, action == Action::kDeny ? 0 : 1);
  EXPECT_EQ(v.queued_error, 0u);
  const std::vector<std::string> lines = JournalLines();
  if (action == Action::kAllow) {
    EXPECT_TRUE(lines.empty());
    return;
  }
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find(message), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find(action == Action::kDeny ? "MESSAGE=refused" : "MESSAGE=let through"),
            std::string::npos);
}

std::string ActionName(Action action) {
  return action == Action::kAllow ? "Allow" : action == Action::kReport ? "Report" : "Deny";
}

const auto kActions = testing::Values(Action::kAllow, Action::kReport, Action::kDeny);

class DamagedSnapshot : public testing::TestWithParam<std::tuple<Damage, Action>> {};

TEST_P(DamagedSnapshot, FollowsThePolicy) {
  InChild([] {
    const auto& [damage, action] = GetParam();
    World world;
    world.host.policy.damaged = action;
    world.host.policy.stale_after_s = 1;  // must not matter
    world.Publish();
    damage.inflict(world.host.snapshot());
    world.host.Load();
    ExpectAction(&world, action, "the revocation data is damaged");
  });
}

INSTANTIATE_TEST_SUITE_P(All, DamagedSnapshot,
                         testing::Combine(testing::ValuesIn(kDamages), kActions),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param).name) +
                                  ActionName(std::get<1>(test.param));
                         });

class MissingData : public testing::TestWithParam<Action> {};

TEST_P(MissingData, Stale) {
  InChild([] {
    World world;
    world.host.policy.stale = GetParam();
    world.host.data_time = time(nullptr) - 11 * 86400;
    world.Publish();
    world.host.Load();
    ExpectAction(&world, GetParam(), "the revocation data is stale");
    EXPECT_EQ(world.ErrorOf(world.revoked), X509_V_ERR_CERT_REVOKED) << "old data refuses too";
  });
}

TEST_P(MissingData, NeverProvisioned) {
  InChild([] {
    World world;
    world.host.policy.never_provisioned = GetParam();
    world.host.PublishPolicy();
    world.host.Load();
    ExpectAction(&world, GetParam(), "the revocation data is not there yet");
  });
}

TEST_P(MissingData, ProvisionedButWithoutFilters) {
  InChild([] {
    World world;
    world.Publish();
    world.host.policy.damaged = GetParam();
    world.host.PublishPolicy();
    world.host.Load();
    ExpectAction(&world, GetParam(), "the revocation data is damaged");
  });
}

INSTANTIATE_TEST_SUITE_P(All, MissingData, kActions,
                         [](const auto& test) { return ActionName(test.param); });

TEST(NoData, NothingAtAllIsAllowedInSilence) {
  InChild([] {
    World world;
    world.host.Load();
    ExpectAction(&world, Action::kAllow, "");
  });
}

TEST(NoData, DamagedMarkerMeansTheDefaultPolicy) {
  InChild([] {
    World world;
    world.host.policy.damaged = Action::kDeny;
    world.Publish();
    Overwrite(world.host.state() + "/provisioned", {'x'});
    std::filesystem::remove(world.host.snapshot());
    world.host.Load();
    ExpectAction(&world, Action::kReport, "the revocation data is damaged");
  });
}

TEST(NoData, WrongSnapshotSettingCountsAsDamaged) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Configure("snapshot = relative/path");
    world.host.Load();
    ASSERT_EQ(JournalLines().size(), 1u);
    EXPECT_NE(JournalLines()[0].find("MESSAGE=openssl.cnf: snapshot: not an absolute path"),
              std::string::npos);
    world.ExpectNoRefusal();
    EXPECT_EQ(JournalLines().size(), 3u);
  });
}

TEST(NoData, ShadowModeDeniesNothing) {
  InChild([] {
    World world;
    world.host.policy.mode = Mode::kShadow;
    world.host.policy.stale = Action::kDeny;
    world.host.data_time = 1;
    world.Publish();
    world.host.Load();
    EXPECT_EQ(world.ErrorOf(world.good), X509_V_OK);
    ASSERT_EQ(JournalLines().size(), 1u);
    EXPECT_EQ(JournalLines()[0].find("MESSAGE=would have refused a certificate, as the revocation "
                                     "data is stale"),
              0u)
        << JournalLines()[0];
  });
}

// Only root can give a file away or become somebody else.
TEST(Ownership, AnotherUsersSnapshotIsDamaged) {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: needs root";
  InChild([] {
    World world;
    world.Publish();
    ASSERT_EQ(chown(world.host.snapshot().c_str(), 4242, 4242), 0);
    world.host.Load();
    ExpectAction(&world, Action::kReport, "damaged");
  });
}

TEST(Ownership, UnreadableDirectoryIsDamaged) {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: needs root";
  InChild([] {
    World world;
    world.Publish();
    world.host.Configure("snapshot = " + world.host.state() + "/closed/snapshot");
    std::filesystem::create_directory(world.host.state() + "/closed");
    chmod((world.host.state() + "/closed").c_str(), 0700);
    chmod(world.host.state().c_str(), 0755);
    ASSERT_EQ(seteuid(4242), 0);
    world.host.Load();
    ExpectAction(&world, Action::kReport, "damaged");
    ASSERT_EQ(seteuid(0), 0);
  });
}

TEST(Ownership, OwnSnapshotServesAnUnprivilegedUser) {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: needs root";
  InChild([] {
    World world;
    world.Publish();
    chmod(world.host.state().c_str(), 0755);
    ASSERT_EQ(chown(world.host.snapshot().c_str(), 4242, 4242), 0);
    world.host.Configure();
    ASSERT_EQ(seteuid(4242), 0);
    world.host.Load();
    world.ExpectRefusal();
    ASSERT_EQ(seteuid(0), 0);
  });
}

// User namespaces show root's files as the overflow user's.
TEST(Ownership, OverflowUsersSnapshotServesOnlyThoseWhoCannotWriteIt) {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: needs root";
  for (const bool can_write : {false, true}) {
    InChild([can_write] {
      World world;
      world.Publish();
      chmod(world.host.state().c_str(), 0755);
      ASSERT_EQ(chown(world.host.snapshot().c_str(), 65534, 65534), 0);
      world.host.Configure();
      EXPECT_EQ(seteuid(can_write ? 0 : 4242), 0);
      world.host.Load();
      if (can_write) {
        world.ExpectNoRefusal();
      } else {
        world.ExpectRefusal();
      }
      ASSERT_EQ(seteuid(0), 0);
    });
  }
}

}  // namespace
}  // namespace crlite::hook
