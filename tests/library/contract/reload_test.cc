// A new generation, noticed by a store that is open. Each test in a child, as time passes in it.
#include <filesystem>
#include <fstream>

#include "tests/library/contract/asker.h"

namespace crlite::library {
namespace {

using hook::InChild;
using hook::JournalLines;
using hook::LetSecondsPass;
using hook::OpenCalls;

struct OpenAsker : Asker {
  explicit OpenAsker(unsigned flags = 0) {
    Publish();
    Open(flags);
  }
  uint64_t Generation() { return crlite_generation(asked.get()); }
  int Mapped() const { return hook::MappedSnapshots(host.state()); }
};

// In place of the snapshot, without anybody being told.
void Overwrite(const std::string& path, const ByteVector& content) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
}

TEST(Reload, NoticesANewGeneration) {
  InChild([] {
    OpenAsker asker;
    asker.Expect(kGood, kRefused);
    asker.PublishNothingRevoked();
    asker.Expect(kGood, kGood);
    EXPECT_EQ(crlite_result_generation(asker.result.get()), 2u);
    asker.Publish();
    EXPECT_EQ(asker.Generation(), 3u) << "asking for the generation looks, too";
    EXPECT_EQ(asker.Query({0x02}, {TestSct()}), kRefused);
    EXPECT_EQ(asker.Mapped(), 1);
  });
}

TEST(Reload, OpensNothingWhileNothingChanged) {
  InChild([] {
    OpenAsker asker;
    const int at_open = OpenCalls(asker.host.state());
    EXPECT_GT(at_open, 0) << "the program's open() is not the one that the library calls";
    for (int i = 0; i < 100; ++i) asker.Expect(kGood, kRefused);
    LetSecondsPass(3600);
    asker.Expect(kGood, kRefused);
    EXPECT_EQ(OpenCalls(asker.host.state()), at_open);
  });
}

TEST(Reload, FindsTheFirstSnapshotWithinAMinute) {
  InChild([] {
    Asker asker;
    asker.Open();
    asker.Expect(kNothing, kNothing);
    asker.Publish();
    LetSecondsPass(50);
    asker.Expect(kNothing, kNothing);
    LetSecondsPass(12);
    asker.Expect(kGood, kRefused);
    asker.PublishNothingRevoked();
    asker.Expect(kGood, kGood);
  });
}

TEST(Reload, GoesFromPolicyAloneToDataAtOnce) {
  InChild([] {
    Asker asker;
    asker.host.PublishPolicy();
    asker.Open();
    asker.Expect(kNothing, kNothing);
    asker.Publish();
    asker.Expect(kGood, kRefused);
  });
}

TEST(Reload, KeepsTheOldDataWhenTheNewCannotBeRead) {
  InChild([] {
    OpenAsker asker;
    asker.host.PublishRaw(ByteVector(1000, 'x'));
    asker.Expect(kGood, kRefused);
    EXPECT_EQ(asker.Generation(), 1u);
    EXPECT_EQ(crlite_result_data_state(asker.result.get()), CRLITE_DATA_FRESH);
    EXPECT_STREQ(crlite_result_trouble(asker.result.get()), "");
    EXPECT_EQ(asker.Mapped(), 1);
    ASSERT_EQ(JournalLines().size(), 1u);
    EXPECT_EQ(JournalLines()[0].find("MESSAGE=the new snapshot cannot be used: not a snapshot "
                                     "(wrong magic); generation 1 stays in force"),
              0u)
        << JournalLines()[0];
  });
}

TEST(Reload, RetriesOnceAMinute) {
  InChild([] {
    OpenAsker asker;
    asker.host.PublishRaw(ByteVector(1000, 'x'));
    asker.Expect(kGood, kRefused);
    Overwrite(asker.host.snapshot(), asker.host.Compile(asker.root.SpkiHash(), {}));
    const int opened = OpenCalls(asker.host.state());
    LetSecondsPass(50);
    asker.Expect(kGood, kRefused);
    EXPECT_EQ(OpenCalls(asker.host.state()), opened);
    LetSecondsPass(15);
    asker.Expect(kGood, kGood);
    EXPECT_EQ(JournalLines().size(), 1u) << "told once";
  });
}

TEST(Reload, FollowsAPolicyThatChanges) {
  InChild([] {
    OpenAsker asker;
    asker.Expect(kGood, kRefused);
    asker.host.policy.mode = Mode::kShadow;
    asker.Publish();
    Answer withheld = kRefused;
    withheld.action = CRLITE_WITHHOLD;
    asker.Expect(kGood, withheld);
  });
}

TEST(NoReload, NeverLooksAgain) {
  InChild([] {
    OpenAsker asker(CRLITE_OPEN_NO_RELOAD);
    asker.PublishNothingRevoked();
    const int opened = OpenCalls(asker.host.state());
    LetSecondsPass(3600);
    asker.Expect(kGood, kRefused);
    EXPECT_EQ(asker.Generation(), 1u);
    EXPECT_EQ(OpenCalls(asker.host.state()), opened);
  });
}

TEST(NoReload, StaysWithoutDataToo) {
  InChild([] {
    Asker asker;
    asker.Open(CRLITE_OPEN_NO_RELOAD);
    asker.Publish();
    const int opened = OpenCalls(asker.host.state());
    LetSecondsPass(3600);
    asker.Expect(kNothing, kNothing);
    EXPECT_EQ(OpenCalls(asker.host.state()), opened);
  });
}

}  // namespace
}  // namespace crlite::library
