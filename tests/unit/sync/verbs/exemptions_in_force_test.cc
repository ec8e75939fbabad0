#include "sync/exemptions_in_force.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

constexpr uint64_t kNow = 1'790'000'000'000;  // 2026-09-21T14:13:20Z

class ExemptionsInForce : public testing::Test {
 protected:
  // An entry for each serial and end.
  void Write(const std::vector<std::pair<std::string, std::string>>& entries) {
    std::ofstream file(path_);
    file << "exemptions:\n";
    for (const auto& [serial, until] : entries) {
      file << "  - {issuer-spki: '" << std::string(64, 'a') << "', serial: '" << serial
           << "', reason: r, added: 2026-01-01T00:00:00Z, until: " << until << "}\n";
    }
  }
  std::vector<SnapshotExemption> Read(uint64_t now_ms = kNow) {
    const auto exemptions = ReadExemptionsInForce(path_, now_ms);
    EXPECT_TRUE(exemptions.ok()) << exemptions.error().message;
    return exemptions.ok() ? *exemptions : std::vector<SnapshotExemption>();
  }
  bool SnapshotHolds(const std::vector<SnapshotExemption>& compiled,
                     const std::vector<SnapshotExemption>& wanted) {
    SnapshotInput input;
    input.exemptions = compiled;
    const auto file = CompileSnapshot(input);
    Snapshot snapshot;
    EXPECT_EQ(Snapshot::Open(*file, &snapshot), SnapshotError::kNone);
    return HoldsExactly(snapshot, wanted);
  }

  TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/exemptions.yaml";
};

TEST_F(ExemptionsInForce, LeavesOutWhatHasEnded) {
  Write({{"01", "2026-09-21T14:13:19Z"},
         {"02", "2026-09-21T14:13:20Z"},
         {"03", "2026-09-21T14:13:21Z"}});
  const std::vector<SnapshotExemption> exemptions = Read();
  ASSERT_EQ(exemptions.size(), 2u);
  EXPECT_EQ(exemptions[0].until_ms, kNow) << "to its last moment";
  EXPECT_EQ(Read(kNow + 1).size(), 1u);
}

TEST_F(ExemptionsInForce, NoFileHasNone) {
  EXPECT_TRUE(Read().empty());
  EXPECT_TRUE(ReadExemptionsInForce("", kNow)->empty());
}

TEST_F(ExemptionsInForce, AWrongFileIsAConfigurationError) {
  std::ofstream(path_) << "exemption:\n";
  const auto exemptions = ReadExemptionsInForce(path_, kNow);
  ASSERT_FALSE(exemptions.ok());
  EXPECT_EQ(ExitCodeOf(exemptions.error().code), 78);
}

TEST_F(ExemptionsInForce, ASnapshotHoldsTheseAndNoOther) {
  Write({{"01", "2026-10-01T00:00:00Z"}, {"02", "2026-10-02T00:00:00Z"}});
  const std::vector<SnapshotExemption> both = Read();
  const std::vector<SnapshotExemption> one(both.begin(), both.begin() + 1);
  std::vector<SnapshotExemption> later = both;
  later[1].until_ms += 1000;
  EXPECT_TRUE(SnapshotHolds(both, both));
  EXPECT_TRUE(SnapshotHolds({}, {}));
  EXPECT_FALSE(SnapshotHolds(both, one));
  EXPECT_FALSE(SnapshotHolds(one, both));
  EXPECT_FALSE(SnapshotHolds(both, later));
}

}  // namespace
}  // namespace crlite
